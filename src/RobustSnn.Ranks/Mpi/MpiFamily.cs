namespace RobustSnn.Ranks.Mpi;

/// <summary>Libraries of one family have the same handles and constants; calls have the same names and arguments in all.</summary>
internal enum MpiFamily
{
    /// <summary>The standard's own: handles are small fixed numbers, as wide as an address (MPI 5, chapter 20).</summary>
    Standard,

    /// <summary>Handles are addresses of symbols that the library exports.</summary>
    OpenMpi,

    /// <summary>MPICH, Intel MPI, MVAPICH, Cray MPICH: handles are fixed numbers of 32 bits.</summary>
    Mpich,
}
