// C = α op(A) op(B) + β C with A in compressed rows. Sums are of floats, along each row of A in the order in which its values lie.
#include "../device/half.h"
#include "Sparse.h"
#include <algorithm>
#include <vector>

using namespace emulator;
using namespace emulator::sparse;

namespace {

struct Call {
    cusparseOperation_t opA, opB;
    cusparseSpMatDescr a;
    cusparseDnMatDescr b, c;
    CUdeviceptr buffer;
    bool isDevice;
    float alpha, beta;
    CUdeviceptr alphaAddress, betaAddress;
};

int bytesOf(cudaDataType type) { return type == CUDA_R_32F ? 4 : 2; }
int bytesOf(cusparseIndexType_t type) { return type == CUSPARSE_INDEX_32I ? 4 : 8; }

float element(const uint8_t* at, cudaDataType type, int64_t index) {
    if (type == CUDA_R_32F) return load<float>(at + 4 * index);
    uint16_t half = load<uint16_t>(at + 2 * index);
    return type == CUDA_R_16F ? wideHalf(half) : wideBrain(half);
}

void storeElement(uint8_t* at, cudaDataType type, int64_t index, float value) {
    if (type == CUDA_R_32F) return store<float>(at + 4 * index, value);
    store<uint16_t>(at + 2 * index, type == CUDA_R_16F ? toHalf(value) : toBrain(value));
}

int64_t indexAt(const uint8_t* at, cusparseIndexType_t type, int64_t place) {
    return type == CUSPARSE_INDEX_32I ? load<int32_t>(at + 4 * place) : load<int64_t>(at + 8 * place);
}

uint8_t* use(NativeTurn& turn, const cusparseDnMatDescr& matrix, int64_t batch, bool writes) {
    bool isColumns = matrix.order == CUSPARSE_ORDER_COL;
    int bytes = bytesOf(matrix.type);
    return turn.use(matrix.values + (uint64_t)(batch * matrix.stride) * bytes, (uint64_t)(isColumns ? matrix.rows : matrix.columns) * bytes,
                    writes, (uint64_t)matrix.leading * bytes, isColumns ? matrix.columns : matrix.rows);
}

int64_t placeOf(const cusparseDnMatDescr& matrix, int64_t row, int64_t column) {
    return matrix.order == CUSPARSE_ORDER_COL ? column * matrix.leading + row : row * matrix.leading + column;
}

// What the card's library asks for its preparations; the emulator only checks that it is there.
size_t bufferBytes(const Call& call) { return (size_t)std::max<int64_t>(call.a.rows * 4, 4); }

void multiply(NativeTurn& turn, const Call& call, float alpha, float beta, int64_t batch) {
    const auto& matrix = call.a;
    bool transposes = call.opA != CUSPARSE_OPERATION_NON_TRANSPOSE;
    int64_t batchA = matrix.batch > 1 ? batch : 0, batchB = call.b.batch > 1 ? batch : 0;
    const uint8_t* offsets = turn.use(matrix.offsets + (uint64_t)(batchA * matrix.offsetStride) * bytesOf(matrix.offsetType),
                                      (uint64_t)(matrix.rows + 1) * bytesOf(matrix.offsetType), false);
    if (!offsets) return;
    const uint8_t *indices = nullptr, *values = nullptr;
    if (matrix.count) {
        indices = turn.use(matrix.indices + (uint64_t)(batchA * matrix.valueStride) * bytesOf(matrix.indexType),
                           (uint64_t)matrix.count * bytesOf(matrix.indexType), false);
        values = indices ? turn.use(matrix.values + (uint64_t)(batchA * matrix.valueStride) * bytesOf(matrix.type),
                                    (uint64_t)matrix.count * bytesOf(matrix.type), false)
                         : nullptr;
        if (!values) return;
    }
    const uint8_t* b = use(turn, call.b, batchB, false);
    if (!b) return;
    if (beta != 0 && !use(turn, call.c, batch, false)) return;
    uint8_t* c = use(turn, call.c, batch, true);
    if (!c) return;

    int64_t rows = call.c.rows, columns = call.c.columns;
    std::vector<float> sums(rows * columns, 0.0f), line(columns);
    for (int64_t row = 0; row < matrix.rows; row++) {
        int64_t from = indexAt(offsets, matrix.offsetType, row) - matrix.base,
                to = indexAt(offsets, matrix.offsetType, row + 1) - matrix.base;
        if (from < 0 || to < from || to > matrix.count) {
            return turn.fail(CUDA_ERROR_ILLEGAL_ADDRESS, "row " + std::to_string(row) + " of A is values " + std::to_string(from) + " to "
                                                             + std::to_string(to) + " of " + std::to_string(matrix.count));
        }
        for (int64_t place = from; place < to; place++) {
            int64_t column = indexAt(indices, matrix.indexType, place) - matrix.base;
            if (column < 0 || column >= matrix.columns) {
                return turn.fail(CUDA_ERROR_ILLEGAL_ADDRESS, "value " + std::to_string(place) + " of A is in column "
                                                                 + std::to_string(column) + " of " + std::to_string(matrix.columns));
            }
            float value = element(values, matrix.type, place);
            int64_t target = transposes ? column : row, source = transposes ? row : column;
            for (int64_t j = 0; j < columns; j++) {
                bool isPlain = call.opB == CUSPARSE_OPERATION_NON_TRANSPOSE;
                sums[target * columns + j] +=
                    value * element(b, call.b.type, isPlain ? placeOf(call.b, source, j) : placeOf(call.b, j, source));
            }
        }
    }
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < columns; j++) {
            int64_t place = placeOf(call.c, i, j);
            float value = alpha * sums[i * columns + j];
            if (beta != 0) value += beta * element(c, call.c.type, place);
            storeElement(c, call.c.type, place, value);
        }
    }
}

void run(NativeTurn& turn, const Call& call) {
    float alpha = call.alpha, beta = call.beta;
    if (call.isDevice) {
        const uint8_t *a = turn.use(call.alphaAddress, 4, false), *b = a ? turn.use(call.betaAddress, 4, false) : nullptr;
        if (!b) return;
        alpha = load<float>(a), beta = load<float>(b);
    }
    if (!turn.use(call.buffer, bufferBytes(call), true)) return;
    for (int64_t batch = 0; batch < call.c.batch; batch++) multiply(turn, call, alpha, beta, batch);
}

cusparseStatus_t describe(Call& call, cusparseHandle_t handle, cusparseOperation_t opA, cusparseOperation_t opB, const void* alpha,
                          const cusparseSpMatDescr* a, const cusparseDnMatDescr* b, const void* beta, const cusparseDnMatDescr* c,
                          cudaDataType compute, cusparseSpMMAlg_t algorithm) {
    if (!isHandle(handle)) return CUSPARSE_STATUS_NOT_INITIALIZED;
    if (!isMatrix(a) || !isMatrix(b) || !isMatrix(c) || !alpha || !beta || opA < 0 || opA > 2 || opB < 0 || opB > 2)
        return CUSPARSE_STATUS_INVALID_VALUE;
    int64_t rows = opA ? a->columns : a->rows, inner = opA ? a->rows : a->columns, innerB = opB ? b->columns : b->rows,
            columns = opB ? b->rows : b->columns;
    if (inner != innerB || c->rows != rows || c->columns != columns) return CUSPARSE_STATUS_INVALID_VALUE;
    bool areBatches = (a->batch == 1 || a->batch == c->batch) && (b->batch == 1 || b->batch == c->batch);
    if (!areBatches) return CUSPARSE_STATUS_INVALID_VALUE;
    bool areTypes = a->type == b->type && (c->type == a->type || c->type == CUDA_R_32F) && compute == CUDA_R_32F;
    bool isKnown = algorithm == CUSPARSE_SPMM_ALG_DEFAULT || algorithm == CUSPARSE_SPMM_CSR_ALG1 || algorithm == CUSPARSE_SPMM_CSR_ALG2
                   || (algorithm == CUSPARSE_SPMM_CSR_ALG3 && opA == CUSPARSE_OPERATION_NON_TRANSPOSE);
    if (!areTypes || !isKnown) return CUSPARSE_STATUS_NOT_SUPPORTED;
    bool isDevice = handle->pointerMode == CUSPARSE_POINTER_MODE_DEVICE;
    call = {opA,
            opB,
            *a,
            *b,
            *c,
            0,
            isDevice,
            isDevice ? 0 : *static_cast<const float*>(alpha),
            isDevice ? 0 : *static_cast<const float*>(beta),
            reinterpret_cast<CUdeviceptr>(alpha),
            reinterpret_cast<CUdeviceptr>(beta)};
    return CUSPARSE_STATUS_SUCCESS;
}

}    // namespace

EMULATOR_EXPORT cusparseStatus_t cusparseSpMM_bufferSize(cusparseHandle_t handle, cusparseOperation_t opA, cusparseOperation_t opB,
                                                         const void* alpha, const cusparseSpMatDescr* a, const cusparseDnMatDescr* b,
                                                         const void* beta, const cusparseDnMatDescr* c, cudaDataType compute,
                                                         cusparseSpMMAlg_t algorithm, size_t* bytes) {
    Call call;
    if (cusparseStatus_t status = describe(call, handle, opA, opB, alpha, a, b, beta, c, compute, algorithm)) return status;
    if (!bytes) return CUSPARSE_STATUS_INVALID_VALUE;
    *bytes = bufferBytes(call);
    return CUSPARSE_STATUS_SUCCESS;
}

EMULATOR_EXPORT cusparseStatus_t cusparseSpMM_preprocess(cusparseHandle_t handle, cusparseOperation_t opA, cusparseOperation_t opB,
                                                         const void* alpha, const cusparseSpMatDescr* a, const cusparseDnMatDescr* b,
                                                         const void* beta, const cusparseDnMatDescr* c, cudaDataType compute,
                                                         cusparseSpMMAlg_t algorithm, CUdeviceptr buffer) {
    Call call;
    if (cusparseStatus_t status = describe(call, handle, opA, opB, alpha, a, b, beta, c, compute, algorithm)) return status;
    call.buffer = buffer;
    return statusOf(submitNative(handle->stream, "cusparseSpMM_preprocess",
                                 [call](NativeTurn& turn) { turn.use(call.buffer, bufferBytes(call), true); }));
}

EMULATOR_EXPORT cusparseStatus_t cusparseSpMM(cusparseHandle_t handle, cusparseOperation_t opA, cusparseOperation_t opB, const void* alpha,
                                              const cusparseSpMatDescr* a, const cusparseDnMatDescr* b, const void* beta,
                                              const cusparseDnMatDescr* c, cudaDataType compute, cusparseSpMMAlg_t algorithm,
                                              CUdeviceptr buffer) {
    Call call;
    if (cusparseStatus_t status = describe(call, handle, opA, opB, alpha, a, b, beta, c, compute, algorithm)) return status;
    call.buffer = buffer;
    if (c->rows == 0 || c->columns == 0) return CUSPARSE_STATUS_SUCCESS;
    return statusOf(submitNative(handle->stream, "cusparseSpMM", [call](NativeTurn& turn) { run(turn, call); }));
}
