#include "Types.h"

namespace emulator::ptx {

std::optional<Type> typeNamed(const std::string& name) {
    static const std::map<std::string, Type> types = {
        {"u8", U8},
        {"u16", U16},
        {"u32", U32},
        {"u64", U64},
        {"s8", {Kind::Signed, 8}},
        {"s16", {Kind::Signed, 16}},
        {"s32", S32},
        {"s64", S64},
        {"b8", {Kind::Bits, 8}},
        {"b16", B16},
        {"b32", B32},
        {"b64", B64},
        {"f16", F16},
        {"f16x2", {Kind::HalfPair, 32}},
        {"bf16", {Kind::Brain, 16}},
        {"bf16x2", {Kind::BrainPair, 32}},
        {"f32", F32},
        {"f64", F64},
        {"pred", Pred},
    };
    auto found = types.find(name);
    return found == types.end() ? std::nullopt : std::optional(found->second);
}

std::string cppType(Type type) {
    switch (type.kind) {
        case Kind::Predicate: return "bool";
        case Kind::Float: return type.bits == 32 ? "float" : "double";
        case Kind::Signed: return "int" + std::to_string(type.bits) + "_t";
        default: return "uint" + std::to_string(type.bits) + "_t";
    }
}

std::string storageType(Type type) { return cppType(type.kind == Kind::Signed ? Type{Kind::Unsigned, type.bits} : type); }

}    // namespace emulator::ptx
