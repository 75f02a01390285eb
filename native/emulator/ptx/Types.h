// Names of types, in PTX and in C++.
#pragma once
#include "Syntax.h"
#include <optional>

namespace emulator::ptx {

inline constexpr Type U8{Kind::Unsigned, 8}, U16{Kind::Unsigned, 16}, U32{Kind::Unsigned, 32}, U64{Kind::Unsigned, 64};
inline constexpr Type S32{Kind::Signed, 32}, S64{Kind::Signed, 64}, B16{Kind::Bits, 16}, B32{Kind::Bits, 32}, B64{Kind::Bits, 64};
inline constexpr Type F32{Kind::Float, 32}, F64{Kind::Float, 64}, F16{Kind::Half, 16}, Pred{Kind::Predicate, 1};

// The type of a name such as "u32", or nothing.
std::optional<Type> typeNamed(const std::string& name);

// The C++ type that computes with it (halves are computed with as bits, by functions).
std::string cppType(Type type);

// The C++ type of a register that holds it.
std::string storageType(Type type);

}    // namespace emulator::ptx
