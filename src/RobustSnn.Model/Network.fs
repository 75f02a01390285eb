namespace RobustSnn.Model

open System

/// A mistake of the user's: a file, setting or network that cannot be used. The message says what is wrong, where, what was
/// expected, what was found and what to do. The command line prints it without a stack trace and exits with 2.
type BadInputException(message: string, inner: exn | null) =
    inherit Exception(message, inner)
    new(message) = BadInputException(message, null)

/// One sample's activation: channels × rows × columns.
[<Struct>]
type Shape =
    { Channels: int
      Rows: int
      Columns: int }

    member shape.Count = shape.Channels * shape.Rows * shape.Columns
    override shape.ToString() = $"{shape.Channels} × {shape.Rows} × {shape.Columns}"

/// A square convolution over rows and columns. Weights are (Outputs, input channels, Kernel, Kernel).
type Convolution =
    { Outputs: int
      Kernel: int
      Stride: int
      Padding: int
      Bias: bool }

/// Windows of Size × Size, Stride apart in rows and columns, of which the outermost reach Padding positions beyond the edge: there is
/// nothing there. They may overlap.
type PoolWindow = { Size: int; Stride: int; Padding: int }

/// What a membrane does after a spike (METHODS 1): hard sets it to 0, soft subtracts the threshold.
type Reset =
    | Hard
    | Soft

/// The dynamics shared by every neuron of a network: u = Leak·u + I, spike where u ≥ v_th, then reset.
type NeuronModel = { Leak: float; Reset: Reset }

/// How many thresholds a layer of neurons has: the papers' one scalar for all, or one a channel.
type Thresholds =
    | Shared
    | Channelwise

/// What a node computes from the nodes that it reads.
type Operation =
    /// Pixels in [0,1] to (pixel − mean) / deviation, one of each a channel. Always node 0, which reads the image.
    | Normalise of mean: float list * deviation: float list
    | Convolution of Convolution
    /// Flattens (channel, row, column) and multiplies by weights (outputs, inputs).
    | Linear of outputs: int * bias: bool
    /// momentum 0.1, eps 1e-5; over all samples and timesteps of a batch.
    | BatchNorm
    /// The activation of an ANN.
    | Relu
    /// The activation of an SNN: NeuronModel with trainable thresholds v_th. Run with T = 0 it is Relu.
    | Neuron of thresholds: Thresholds
    /// Means of windows of size × size, stride size.
    | AveragePool of size: int
    /// Largest values of windows of size × size, stride size. Its gradient goes to the first of equals, row by row, as PyTorch's.
    | MaxPool of size: int
    /// Largest values of windows that may overlap. Its gradient goes to the first of equals in each window, row by row, as PyTorch's.
    | OverlappingMaxPool of window: PoolWindow
    | GlobalAveragePool
    /// a·shortcut + b·residual with trainable (a, b), initially 0.5 each. Reads [shortcut; residual].
    | WeightedSum
    /// shortcut + residual, with nothing to learn, as in other people's residual networks. Reads [shortcut; residual].
    | Sum
    | Dropout of rate: float

/// One operation of a network. Its parameters are called Name + ".weight", ".bias", ".v_th", … as in PyTorch's state_dict.
type Node =
    { Name: string
      Operation: Operation
      /// Indices of the nodes that it reads: all smaller than its own.
      Inputs: int list }

/// A network as data: a graph in the order of computation. The last node gives the class scores (logits).
type Network =
    { Architecture: string
      Input: Shape
      Classes: int
      Neurons: NeuronModel
      Nodes: Node list }

/// How C# reads an operation: one method a case, so that a new case is a compile error until every reader handles it.
type IOperationVisitor<'result> =
    abstract Normalise: mean: float list * deviation: float list -> 'result
    abstract Convolution: settings: Convolution -> 'result
    abstract Linear: outputs: int * bias: bool -> 'result
    abstract BatchNorm: unit -> 'result
    abstract Relu: unit -> 'result
    abstract Neuron: thresholds: Thresholds -> 'result
    abstract AveragePool: size: int -> 'result
    abstract MaxPool: size: int -> 'result
    abstract OverlappingMaxPool: window: PoolWindow -> 'result
    abstract GlobalAveragePool: unit -> 'result
    abstract WeightedSum: unit -> 'result
    abstract Sum: unit -> 'result
    abstract Dropout: rate: float -> 'result

type Operation with

    member operation.Accept(visitor: IOperationVisitor<'result>) =
        match operation with
        | Normalise(mean, deviation) -> visitor.Normalise(mean, deviation)
        | Convolution settings -> visitor.Convolution settings
        | Linear(outputs, bias) -> visitor.Linear(outputs, bias)
        | BatchNorm -> visitor.BatchNorm()
        | Relu -> visitor.Relu()
        | Neuron thresholds -> visitor.Neuron thresholds
        | AveragePool size -> visitor.AveragePool size
        | MaxPool size -> visitor.MaxPool size
        | OverlappingMaxPool window -> visitor.OverlappingMaxPool window
        | GlobalAveragePool -> visitor.GlobalAveragePool()
        | WeightedSum -> visitor.WeightedSum()
        | Sum -> visitor.Sum()
        | Dropout rate -> visitor.Dropout rate
