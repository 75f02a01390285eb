namespace RobustSnn.Model

/// A network while it is being written down: the nodes so far, and the node that the next one reads.
type Draft =
    private
        { Written: Node list // newest first
          Current: int }

    /// The index of the node that the next one reads.
    member draft.Here = draft.Current

module Draft =
    /// Image in, normalised by one mean and deviation a channel.
    let start mean deviation =
        { Written =
            [ { Name = "norm"
                Operation = Normalise(mean, deviation)
                Inputs = [] } ]
          Current = 0 }

    let private append name operation inputs draft =
        { Written =
            { Name = name
              Operation = operation
              Inputs = inputs }
            :: draft.Written
          Current = draft.Written.Length }

    /// Adds a node that reads the current one, and becomes it.
    let add name operation draft = append name operation [ draft.Current ] draft

    /// The next node reads the given one instead.
    let at index draft = { draft with Current = index }

    /// Adds the learned weighted sum of a shortcut and the current node.
    let addSum name shortcut draft = append name WeightedSum [ shortcut; draft.Current ] draft

    /// Adds the plain sum of a shortcut and the current node.
    let addPlainSum name shortcut draft = append name Sum [ shortcut; draft.Current ] draft

    /// A convolution without bias, padded so that stride 1 keeps rows and columns. Kernels are odd.
    let convolve name kernel stride outputs draft =
        let settings =
            { Outputs = outputs
              Kernel = kernel
              Stride = stride
              Padding = kernel / 2
              Bias = false }

        add name (Convolution settings) draft

    /// A linear layer without bias.
    let linear name outputs draft = add name (Linear(outputs, false)) draft

    let nodes draft = List.rev draft.Written
