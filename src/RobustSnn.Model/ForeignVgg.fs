namespace RobustSnn.Model

/// A VGG network of HYDRA, HARP or torchvision, by what differs between theirs.
type ForeignVgg =
    {
        /// Channels of the 3 × 3 convolutions, stage by stage. A max pooling 2 stands between two stages.
        Stages: int list list
        /// Does one stand behind the last stage too?
        PoolsLast: bool
        /// Does a BatchNorm follow every convolution?
        HasNorms: bool
        /// Do convolutions have a bias?
        HasBiases: bool
        /// Rows and columns to which the head averages the map, whatever it is.
        Grid: int
        /// Outputs of the linear layers before the last.
        Hidden: int list
        /// Dropout behind the hidden layers' activations, where there is one.
        Dropout: float option
    }

/// VGG networks as HYDRA, HARP and torchvision write them: names number the entries of the two nn.Sequential, `features` and
/// `classifier`, and linear layers have biases. Flattening is no entry.
module ForeignVgg =
    let private convolution (vgg: ForeignVgg) (index, draft) outputs =
        let settings =
            { Outputs = outputs
              Kernel = 3
              Stride = 1
              Padding = 1
              Bias = vgg.HasBiases }

        let convolved = Draft.add $"features.{index}" (Convolution settings) draft

        if vgg.HasNorms then
            index + 3,
            convolved
            |> Draft.add $"features.{index + 1}" BatchNorm
            |> Draft.add $"features.{index + 2}" Relu
        else
            index + 2, Draft.add $"features.{index + 1}" Relu convolved

    let private stage vgg last (index, draft) (number, widths) =
        let index, convolved = List.fold (convolution vgg) (index, draft) widths

        if number < last || vgg.PoolsLast then
            index + 1, Draft.add $"features.{index}" (MaxPool 2) convolved
        else
            index, convolved

    let private hidden (vgg: ForeignVgg) (index, draft) outputs =
        let activated =
            draft
            |> Draft.add $"classifier.{index}" (Linear(outputs, true))
            |> Draft.add $"classifier.{index + 1}" Relu

        match vgg.Dropout with
        | None -> index + 2, activated
        | Some rate -> index + 3, Draft.add $"classifier.{index + 2}" (Dropout rate) activated

    // Averaging to the grid is a pooling where it takes whole windows. Elsewhere PyTorch's windows overlap, and a map that is smaller than
    // the grid is repeated: such a network gets none, so that its first linear layer does not have as many weights as theirs.
    let private layers (vgg: ForeignVgg) (rows: int) (classes: int) (draft: Draft) =
        let last = vgg.Stages.Length - 1
        let _, convolved = vgg.Stages |> List.indexed |> List.fold (stage vgg last) (0, draft)
        let map = rows >>> (if vgg.PoolsLast then last + 1 else last)

        let averaged =
            if map > vgg.Grid && map % vgg.Grid = 0 then
                Draft.add "avgpool" (AveragePool(map / vgg.Grid)) convolved
            else
                convolved

        let index, narrowed = List.fold (hidden vgg) (0, averaged) vgg.Hidden
        Draft.add $"classifier.{index}" (Linear(classes, true)) narrowed

    /// The ANN, for square images of the input's shape with one mean and deviation a channel. Throws BadInputException where the network
    /// does not fit the input.
    let build (label: string) (vgg: ForeignVgg) (classes: int) (input: Shape) (mean: float list) (deviation: float list) : Network =
        Architectures.assemble label (layers vgg input.Rows) classes input mean deviation
