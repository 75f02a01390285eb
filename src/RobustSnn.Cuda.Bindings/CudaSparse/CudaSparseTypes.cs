namespace ManagedCuda.CudaSparse;

/// <summary>What a call of cuSPARSE came to.</summary>
public enum cusparseStatus
{
    Success = 0,
    NotInitialized = 1,
    AllocFailed = 2,
    InvalidValue = 3,
    ArchMismatch = 4,
    MappingError = 5,
    ExecutionFailed = 6,
    InternalError = 7,
    MatrixTypeNotSupported = 8,
    ZeroPivot = 9,
    NotSupported = 10,
    InsufficientResources = 11,
}

/// <summary>How a matrix is read.</summary>
public enum cusparseOperation
{
    NonTranspose = 0,
    Transpose = 1,
}

/// <summary>The number of the first row and column.</summary>
public enum IndexBase
{
    Zero = 0,
    One = 1,
}

/// <summary>What offsets and column numbers are stored as.</summary>
public enum IndexType
{
    Index16U = 1,
    Index32I = 2,
    Index64I = 3,
}

/// <summary>Whether a dense matrix is stored column by column or row by row.</summary>
public enum Order
{
    Col = 1,
    Row = 2,
}

/// <summary>How a sparse times a dense matrix is computed. Of those for CSR the third gives the same bits every time.</summary>
public enum SpMMAlg
{
    CUSPARSE_SPMM_ALG_DEFAULT = 0,
    CUSPARSE_SPMM_CSR_ALG1 = 4,
    CUSPARSE_SPMM_CSR_ALG2 = 6,
    CUSPARSE_SPMM_CSR_ALG3 = 12,
}
