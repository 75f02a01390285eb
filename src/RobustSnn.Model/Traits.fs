namespace RobustSnn.Model

/// Whether a node's value may lie over the value that it reads, in the same buffer.
type Overwriting =
    | Never
    | Always
    /// Where its statistics are constants: in training the backward pass wants what was there.
    | WithFixedStatistics

/// All that the engine's plans know of an operation. Plans ask nothing else of it, so that what a new operation needs is decided here,
/// in one exhaustive match.
type OperationTraits =
    {
        /// Does it run in training only? Elsewhere its readers read what it reads.
        OnlyInTraining: bool
        /// Does it give spikes? They differ from step to step where what it reads does not, and they fit into bits.
        Fires: bool
        /// Can backends fuse it with what is before it? They do so with neurons that share one threshold.
        IsFused: bool
        /// Is it a layer of weights that pruning may thin out, which a backend can run together with the neurons behind it?
        IsConnection: bool
        /// Does it normalise with statistics, so that a backend can run it together with the neurons behind it?
        IsNormalisation: bool
        /// Does it give means of windows, which a backend can take while it reads them for the next layer?
        IsMeanPool: bool
        /// Does it have parameters that training changes?
        IsTrainable: bool
        /// Is the gradient of its parameters made together with that of what it reads, which is then wanted even of the image?
        GradientsAreOne: bool
        /// Does the gradient of its parameters look at what it read?
        ParameterGradientReadsInput: bool
        /// Does the gradient of what it reads look at what it read?
        InputGradientReadsInput: bool
        /// Does the gradient of what it reads look at the signs of its value?
        GradientReadsSigns: bool
        /// Where its value lies over what it reads: are the signs still those that were there?
        KeepsSigns: bool
        /// May its value lie over what it reads?
        Overwrites: Overwriting
        /// May the gradient of what it reads lie over the gradient of its value?
        PassesGradientOn: bool
        /// Can it read spikes that are bits?
        ReadsBits: bool
        /// Does it give bits where it reads them?
        GivesBitsOfBits: bool
        /// How many positions it reads beyond the edge, forward or backward: the frame of zeros that what it reads and the gradient of
        /// its value must have.
        Border: int
        /// Does its value lie on the map of what it reads, so that frames may be alike? A linear layer's is a point.
        IsOnMap: bool
    }

module Traits =
    let private nothing =
        { OnlyInTraining = false
          Fires = false
          IsFused = false
          IsConnection = false
          IsNormalisation = false
          IsMeanPool = false
          IsTrainable = false
          GradientsAreOne = false
          ParameterGradientReadsInput = false
          InputGradientReadsInput = false
          GradientReadsSigns = false
          KeepsSigns = false
          Overwrites = Never
          PassesGradientOn = false
          ReadsBits = false
          GivesBitsOfBits = false
          Border = 0
          IsOnMap = true }

    let private connection =
        { nothing with
            IsConnection = true
            IsTrainable = true
            ParameterGradientReadsInput = true
            ReadsBits = true }

    /// An activation of an ANN, and a neuron that runs with T = 0.
    let private rectifier =
        { nothing with
            GradientReadsSigns = true
            Overwrites = Always
            PassesGradientOn = true }

    let ofOperation (operation: Operation) : OperationTraits =
        match operation with
        | Normalise _ -> nothing
        | Convolution settings ->
            { connection with
                Border = max settings.Padding (settings.Kernel - 1 - settings.Padding) }
        | Linear _ -> { connection with IsOnMap = false }
        | BatchNorm ->
            { nothing with
                IsNormalisation = true
                IsTrainable = true
                GradientsAreOne = true
                ParameterGradientReadsInput = true
                Overwrites = WithFixedStatistics
                PassesGradientOn = true }
        | Relu -> rectifier
        | Neuron thresholds ->
            { nothing with
                Fires = true
                IsFused = (thresholds = Shared)
                IsTrainable = true
                GradientsAreOne = true
                Overwrites = Always
                PassesGradientOn = true }
        | AveragePool _
        | GlobalAveragePool ->
            { nothing with
                IsMeanPool = true
                ReadsBits = true }
        | MaxPool _ ->
            { nothing with
                InputGradientReadsInput = true
                ReadsBits = true
                GivesBitsOfBits = true }
        | OverlappingMaxPool _ -> { nothing with InputGradientReadsInput = true }
        | WeightedSum ->
            { nothing with
                IsTrainable = true
                ParameterGradientReadsInput = true
                PassesGradientOn = true
                ReadsBits = true }
        | Sum ->
            { nothing with
                PassesGradientOn = true
                ReadsBits = true }
        | Dropout _ ->
            { nothing with
                OnlyInTraining = true
                KeepsSigns = true
                Overwrites = Always
                PassesGradientOn = true
                ReadsBits = true }

    /// The traits of an operation that runs for so many timesteps: with none, a neuron is a Relu.
    let running (timesteps: int) (operation: Operation) : OperationTraits =
        match operation with
        | Neuron _ when timesteps = 0 -> ofOperation Relu
        | _ -> ofOperation operation
