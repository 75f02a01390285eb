namespace RobustSnn.Model

/// A residual block: two 3 × 3 convolutions, or three of kernels 1, 3 and 1 (a bottleneck).
type ForeignBlock =
    {
        Name: string
        /// Outputs of its convolutions, in their order.
        Widths: int list
        /// Of the first 3 × 3 convolution, and of the shortcut's.
        Stride: int
        /// The 1 × 1 convolution of its shortcut, and the BatchNorm behind it where there is one, by their names in the block. None:
        /// the shortcut is what the block reads.
        Shortcut: (string * string option) option
    }

/// What stands in front of a block's convolutions.
type ForeignOrder =
    /// Nothing: a BatchNorm and a ReLU follow each, the last ReLU behind the sum.
    | ConvolutionFirst
    /// A BatchNorm and a ReLU. The shortcut's convolution reads what the first ReLU gives, or what the block reads.
    | ActivationFirst of shortcutReadsActivated: bool

/// What a residual network begins with.
type ForeignStem =
    /// A 3 × 3 convolution.
    | SmallStem
    /// A 7 × 7 convolution of stride 2, and behind its activation a max pooling of 3 × 3, stride 2: for large images.
    | LargeStem

/// A residual network with plain sums, as HYDRA, HARP, RobustBench and torchvision have them.
type ForeignResNet =
    {
        Stem: ForeignStem
        StemWidth: int
        Order: ForeignOrder
        Blocks: ForeignBlock list
        /// The BatchNorm behind the blocks of ActivationFirst, by its name; a ReLU follows it.
        LastNorm: string option
        /// The linear layer's name. It has a bias.
        Head: string
    }

/// Residual networks of other people, under the names of their PyTorch modules: conv1, bn1, …, as their state_dict has them. Sums and
/// activations, which have no names there, are called sum and act1, act2, … in their block.
module ForeignResNet =
    let private activate norm activation draft =
        draft |> Draft.add norm BatchNorm |> Draft.add activation Relu

    /// Kernel and stride of each of a block's convolutions.
    let private convolutions (block: ForeignBlock) =
        match block.Widths with
        | [ first; second ] -> [ 3, block.Stride, first; 3, 1, second ]
        | widths -> widths |> List.mapi (fun index width -> if index = 1 then 3, block.Stride, width else 1, 1, width)

    let private shortcut (block: ForeignBlock) reads (draft: Draft) =
        match block.Shortcut with
        | None -> draft
        | Some(convolution, norm) ->
            let width = List.last block.Widths
            let convolved = draft |> Draft.at reads |> Draft.convolve $"{block.Name}.{convolution}" 1 block.Stride width

            match norm with
            | None -> convolved
            | Some norm -> Draft.add $"{block.Name}.{norm}" BatchNorm convolved

    /// The sum of the shortcut, which begins at the node `reads` where it has a convolution, else is the node `start`.
    let private addSum (block: ForeignBlock) start reads (residual: Draft) =
        if block.Shortcut.IsNone then
            Draft.addPlainSum $"{block.Name}.sum" start residual
        else
            let projected = shortcut block reads residual
            projected |> Draft.at residual.Here |> Draft.addPlainSum $"{block.Name}.sum" projected.Here

    let private convolutionFirst (block: ForeignBlock) (draft: Draft) =
        let last = block.Widths.Length

        convolutions block
        |> List.indexed
        |> List.fold
            (fun draft (index, (kernel, stride, width)) ->
                let number = index + 1

                let normed =
                    draft
                    |> Draft.convolve $"{block.Name}.conv{number}" kernel stride width
                    |> Draft.add $"{block.Name}.bn{number}" BatchNorm

                if number = last then normed else Draft.add $"{block.Name}.act{number}" Relu normed)
            draft
        |> addSum block draft.Here draft.Here
        |> Draft.add $"{block.Name}.act{last}" Relu

    let private activationFirst shortcutReadsActivated (block: ForeignBlock) (draft: Draft) =
        let start = draft.Here
        let activated = activate $"{block.Name}.bn1" $"{block.Name}.act1" draft

        convolutions block
        |> List.indexed
        |> List.fold
            (fun draft (index, (kernel, stride, width)) ->
                let number = index + 1
                let name what = $"{block.Name}.{what}{number}"
                let ready = if number = 1 then draft else activate (name "bn") (name "act") draft
                Draft.convolve (name "conv") kernel stride width ready)
            activated
        |> addSum block start (if shortcutReadsActivated then activated.Here else start)

    let private stem (network: ForeignResNet) (draft: Draft) =
        let kernel, stride =
            match network.Stem with
            | SmallStem -> 3, 1
            | LargeStem -> 7, 2

        let convolved = Draft.convolve "conv1" kernel stride network.StemWidth draft

        let activated =
            match network.Order with
            | ConvolutionFirst -> activate "bn1" "act1" convolved
            | ActivationFirst _ -> convolved

        match network.Stem with
        | SmallStem -> activated
        | LargeStem -> Draft.add "maxpool" (OverlappingMaxPool { Size = 3; Stride = 2; Padding = 1 }) activated

    // The last pooling is over everything.
    let private layers (network: ForeignResNet) (classes: int) (draft: Draft) =
        let block =
            match network.Order with
            | ConvolutionFirst -> convolutionFirst
            | ActivationFirst shortcutReadsActivated -> activationFirst shortcutReadsActivated

        let ending =
            match network.LastNorm with
            | None -> id
            | Some norm -> activate norm "act"

        network.Blocks
        |> List.fold (fun draft each -> block each draft) (stem network draft)
        |> ending
        |> Draft.add "avgpool" GlobalAveragePool
        |> Draft.add network.Head (Linear(classes, true))

    /// The ANN, for images of the input's shape with one mean and deviation a channel. Throws BadInputException where the network does not
    /// fit the input, as where a block has no convolution in its shortcut and gives another shape than it reads.
    let build (label: string) (network: ForeignResNet) (classes: int) (input: Shape) (mean: float list) (deviation: float list) : Network =
        Architectures.assemble label (layers network) classes input mean deviation
