namespace RobustSnn.Ranks.Transport;

/// <summary>What a message is for. Messages of one topic from one rank to another arrive in the order in which they were sent; topics do not wait for each other.</summary>
internal enum Topic
{
    /// <summary>Which call a rank is at.</summary>
    Calls = 1,

    /// <summary>What calls carry.</summary>
    Data = 2,

    /// <summary>That a rank is alive, ends, or has failed.</summary>
    Signs = 3,
}

/// <summary>
/// How bytes get from rank to rank, and nothing else: sends and receives that are begun and asked for later. Everything is called from one thread, and nothing
/// blocks but <see cref="Close"/>.
/// </summary>
internal interface ITransport
{
    int Rank { get; }

    int Count { get; }

    /// <summary>"Open MPI 4.1.4".</summary>
    string Description { get; }

    /// <summary>Begins to send; the memory is not to be changed before the request is done.</summary>
    /// <returns>A request to ask for.</returns>
    int Send(int peer, Topic topic, nint data, int length);

    /// <summary>Begins to receive a message of at most so many bytes.</summary>
    /// <returns>A request to ask for.</returns>
    int Receive(int peer, Topic topic, nint data, int capacity);

    /// <summary>Whether a request is done; once it is, it must not be asked for again.</summary>
    /// <param name="received">How many bytes a receive has brought.</param>
    bool IsDone(int request, out int received);

    /// <summary>The orderly end, which all ranks come to when no request is left.</summary>
    void Close();

    /// <summary>The end in disorder: processes that are still there are ended, this one too where ranks are processes.</summary>
    void Abort();
}
