namespace RobustSnn.Model

/// A layer of a VGG network's convolutional part.
type VggFeature =
    /// 3 × 3 convolution to so many channels, BatchNorm, activation.
    | C of outputs: int
    /// Average pooling 2.
    | A
    /// Max pooling 2, as in HYDRA's and HARP's networks.
    | M

/// What follows the convolutional part of a VGG network.
type VggHead =
    {
        /// Average every channel over rows and columns first?
        Pooled: bool
        /// Outputs of the linear layers before the last.
        Hidden: int list
        /// Dropout after the hidden layers' activations. None: the head has no such entries. At rate 0 an entry only takes up an
        /// index in the names, as in the reference.
        Dropout: float option
    }

/// VGG networks (METHODS 2). Names number the entries of the reference's two nn.Sequential, `features` and `classifier`.
module Vgg =
    let private feature (index, draft) layer =
        match layer with
        | A -> index + 1, Draft.add $"features.{index}" (AveragePool 2) draft
        | M -> index + 1, Draft.add $"features.{index}" (MaxPool 2) draft
        | C outputs ->
            index + 3,
            draft
            |> Draft.convolve $"features.{index}" 3 1 outputs
            |> Draft.add $"features.{index + 1}" BatchNorm
            |> Draft.add $"features.{index + 2}" Relu

    let private hidden dropout (index, draft) outputs =
        let activated =
            draft
            |> Draft.linear $"classifier.{index}" outputs
            |> Draft.add $"classifier.{index + 1}" Relu

        match dropout with
        | None -> index + 2, activated
        | Some 0.0 -> index + 3, activated
        | Some rate -> index + 3, Draft.add $"classifier.{index + 2}" (Dropout rate) activated

    /// Adds the whole network after normalisation.
    let layers (features: VggFeature list) (head: VggHead) (classes: int) (draft: Draft) : Draft =
        let _, convolved = List.fold feature (0, draft) features

        // Entry 0 flattens, which is no node of its own: Linear does it. A pooled head pools before it.
        let flattened =
            if head.Pooled then
                2, Draft.add "classifier.0" GlobalAveragePool convolved
            else
                1, convolved

        let index, narrowed = List.fold (hidden head.Dropout) flattened head.Hidden
        Draft.linear $"classifier.{index}" classes narrowed
