namespace RobustSnn.Model

/// A family of networks with its sizes: what an experiment says instead of an architecture's name.
type Family =
    | VggFamily of features: VggFeature list * head: VggHead
    /// 6·blocksInStage + 2 layers.
    | ResNetFamily of blocksInStage: int
    /// 6·blocksInStage + 4 layers, widen times as many channels.
    | WideResNetFamily of blocksInStage: int * widen: int

module Families =
    let private feature layer =
        match layer with
        | C outputs -> string outputs
        | A -> "A"
        | M -> "M"

    /// What such a network is called in messages and files.
    let label (family: Family) : string =
        match family with
        | VggFamily(features, head) ->
            let listed items = String.concat ", " items
            $"vgg [{listed (List.map feature features)}] [{listed (List.map string head.Hidden)}]"
        | ResNetFamily blocks -> $"resnet{6 * blocks + 2}"
        | WideResNetFamily(blocks, widen) -> $"wrn{6 * blocks + 4}-{widen}"

    /// The ANN of a family, as Architectures.build gives it of a name. Throws BadInputException where the network does not fit the input.
    let build (family: Family) (classes: int) (input: Shape) (mean: float list) (deviation: float list) : Network =
        let layers =
            match family with
            | VggFamily(features, head) -> Vgg.layers features head
            | ResNetFamily blocks -> ResNet.layers blocks
            | WideResNetFamily(blocks, widen) -> WideResNet.layers blocks widen

        Architectures.assemble (label family) layers classes input mean deviation
