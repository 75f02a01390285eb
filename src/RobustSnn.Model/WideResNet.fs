namespace RobustSnn.Model

/// Wide residual networks with pre-activation blocks (METHODS 2).
module WideResNet =
    let private block name inputs outputs stride (draft: Draft) =
        let start = draft.Here

        let activated =
            draft |> Draft.add $"{name}.bn1" BatchNorm |> Draft.add $"{name}.act1" Relu

        let residual =
            activated
            |> Draft.convolve $"{name}.conv1" 3 stride outputs
            |> Draft.add $"{name}.bn2" BatchNorm
            |> Draft.add $"{name}.act2" Relu
            |> Draft.convolve $"{name}.conv2" 3 1 outputs

        if inputs = outputs then
            residual |> Draft.addSum $"{name}.convex" start
        else
            let shortcut =
                residual
                |> Draft.at activated.Here
                |> Draft.convolve $"{name}.convShortcut" 1 stride outputs

            shortcut |> Draft.at residual.Here |> Draft.addSum $"{name}.convex" shortcut.Here

    /// Adds the whole network after normalisation: 6n + 4 layers with n blocks a stage, stages of 16, 32 and 64 channels times
    /// widen. The last pooling is over everything, which on 32 × 32 images is the papers' average pooling 8.
    let layers (blocksInStage: int) (widen: int) (classes: int) (draft: Draft) : Draft =
        let blocks =
            [ for inputs, outputs, stride in [ 16, 16 * widen, 1; 16 * widen, 32 * widen, 2; 32 * widen, 64 * widen, 2 ] do
                  yield inputs, outputs, stride
                  yield! List.replicate (blocksInStage - 1) (outputs, outputs, 1) ]

        let next = blocks.Length + 1

        blocks
        |> List.indexed
        |> List.fold
            (fun draft (index, (inputs, outputs, stride)) -> block $"features.{index + 1}" inputs outputs stride draft)
            (Draft.convolve "features.0" 3 1 16 draft)
        |> Draft.add $"features.{next}" BatchNorm
        |> Draft.add $"features.{next + 1}" Relu
        |> Draft.add $"features.{next + 2}" GlobalAveragePool
        |> Draft.linear "classifier.1" classes
