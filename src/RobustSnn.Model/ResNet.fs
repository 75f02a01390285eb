namespace RobustSnn.Model

/// ResNet for small images (METHODS 2): convolution, three stages of basic blocks of 16, 32 and 64 channels, global average pooling
/// and a linear layer.
module ResNet =
    let private block name inputs outputs stride (draft: Draft) =
        let start = draft.Here

        let residual =
            draft
            |> Draft.convolve $"{name}.conv1" 3 stride outputs
            |> Draft.add $"{name}.bn1" BatchNorm
            |> Draft.add $"{name}.act1" Relu
            |> Draft.convolve $"{name}.conv2" 3 1 outputs
            |> Draft.add $"{name}.bn2" BatchNorm

        let summed =
            if stride = 1 && inputs = outputs then
                residual |> Draft.addSum $"{name}.convex" start
            else
                let shortcut =
                    residual
                    |> Draft.at start
                    |> Draft.convolve $"{name}.shortcut.0" 1 stride outputs
                    |> Draft.add $"{name}.shortcut.1" BatchNorm

                shortcut |> Draft.at residual.Here |> Draft.addSum $"{name}.convex" shortcut.Here

        Draft.add $"{name}.act2" Relu summed

    /// Adds the whole network after normalisation: 6n + 2 layers with n blocks a stage.
    let layers (blocksInStage: int) (classes: int) (draft: Draft) : Draft =
        let stem =
            draft
            |> Draft.convolve "features.0" 3 1 16
            |> Draft.add "features.1" BatchNorm
            |> Draft.add "features.2" Relu

        let blocks =
            [ for inputs, outputs, stride in [ 16, 16, 1; 16, 32, 2; 32, 64, 2 ] do
                  yield inputs, outputs, stride
                  yield! List.replicate (blocksInStage - 1) (outputs, outputs, 1) ]

        blocks
        |> List.indexed
        |> List.fold (fun draft (index, (inputs, outputs, stride)) -> block $"features.{index + 3}" inputs outputs stride draft) stem
        |> Draft.add $"features.{blocks.Length + 3}" GlobalAveragePool
        |> Draft.linear "classifier.1" classes
