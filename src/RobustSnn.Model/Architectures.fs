namespace RobustSnn.Model

/// The named networks (METHODS 2), as ANNs: activations are Relu, nothing has a bias. Conversion.toSpiking makes SNNs of them.
/// Node names are those of the reference's PyTorch models, so that weights move both ways.
module Architectures =
    /// Two hidden layers with dropout 0.2.
    let private hiddenTwice width =
        { Pooled = false
          Hidden = [ width; width ]
          Dropout = Some 0.2 }

    let private vgg16 =
        [ C 64; C 64; A; C 128; C 128; A; C 256; C 256; C 256; A; C 512; C 512; C 512; A; C 512; C 512; C 512 ]

    /// A family's layers after normalisation, for a number of classes. A new architecture is a line.
    let private table =
        [ "vgg11", Vgg.layers [ C 64; A; C 128; C 256; A; C 512; C 512; C 512; A; C 512; C 512 ] (hiddenTwice 4096)
          // P2: HYDRA's and HARP's four poolings and head, 276,992 neurons on 32 × 32.
          "vgg16", Vgg.layers vgg16 (hiddenTwice 256)
          "vgg16-4096", Vgg.layers (vgg16 @ [ A ]) (hiddenTwice 4096)
          "vgg11-tin",
          Vgg.layers
              [ C 64; A; C 128; A; C 256; C 256; A; C 512; C 512; A; C 512; C 512 ]
              { Pooled = true
                Hidden = [ 4096 ]
                Dropout = None }
          "resnet20", ResNet.layers 3
          "resnet32", ResNet.layers 5
          "wrn16-4", WideResNet.layers 2 4
          "wrn28-2", WideResNet.layers 4 2
          "wrn28-4", WideResNet.layers 4 4
          "wrnmini", WideResNet.layers 1 1
          "vggmini",
          Vgg.layers
              [ C 8; A; C 16; A; C 16; A ]
              { Pooled = false
                Hidden = [ 24 ]
                Dropout = Some 0.0 }
          // Small enough to train on a CPU.
          "vggsmall",
          Vgg.layers
              [ C 32; A; C 64; A; C 128; A ]
              { Pooled = false
                Hidden = [ 128 ]
                Dropout = None } ]

    /// The names that build knows.
    let names: string list = List.map fst table

    /// A network of the given layers, with one mean and deviation a channel of the input, in [0,1] pixels. Until it is converted its
    /// neurons are the papers': leak 1, hard reset. Throws BadInputException where Shapes.infer refuses it.
    let assemble (architecture: string) (layers: int -> Draft -> Draft) classes input mean deviation : Network =
        let network =
            { Architecture = architecture
              Input = input
              Classes = classes
              Neurons = { Leak = 1.0; Reset = Hard }
              Nodes = Draft.start mean deviation |> layers classes |> Draft.nodes }

        Shapes.inferOrFail network |> ignore
        network

    /// The ANN of that name, for images of the input's shape with one mean and deviation a channel, in [0,1] pixels.
    /// Throws BadInputException for a name that is not among names, and where the network does not fit the input.
    let build (name: string) (classes: int) (input: Shape) (mean: float list) (deviation: float list) : Network =
        match List.tryFind (fst >> (=) name) table with
        | Some(_, layers) -> assemble name layers classes input mean deviation
        | None ->
            let listed = String.concat ", "

            raise (
                BadInputException
                    $"There is no architecture '{name}'. The nearest are {listed (Spelling.nearest names name)}; there are {listed names}."
            )
