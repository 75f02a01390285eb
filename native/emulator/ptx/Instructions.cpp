// The instructions that the emulator knows.
#include "Writer.h"

namespace emulator::ptx {

Handler Handlers::find(const std::string& name) {
    static const std::map<std::string, Handler> handlers = {
        {"add", &Writer::addSubtract}, {"sub", &Writer::addSubtract}, {"addc", &Writer::addSubtract}, {"subc", &Writer::addSubtract},
        {"mul", &Writer::multiply}, {"mad", &Writer::multiplyAdd}, {"fma", &Writer::fusedMultiplyAdd},
        {"mul24", &Writer::multiply24}, {"mad24", &Writer::multiply24},
        {"div", &Writer::divideRemainder}, {"rem", &Writer::divideRemainder},
        {"min", &Writer::minimumMaximum}, {"max", &Writer::minimumMaximum},
        {"abs", &Writer::absoluteNegative}, {"neg", &Writer::absoluteNegative},
        {"sad", &Writer::sumOfDifferences}, {"dp4a", &Writer::dotProduct},
        {"sqrt", &Writer::root}, {"rcp", &Writer::root}, {"rsqrt", &Writer::root},
        {"ex2", &Writer::transcendental}, {"lg2", &Writer::transcendental}, {"sin", &Writer::transcendental},
        {"cos", &Writer::transcendental}, {"tanh", &Writer::transcendental},
        {"copysign", &Writer::copySignTest}, {"testp", &Writer::copySignTest},
        {"and", &Writer::logic}, {"or", &Writer::logic}, {"xor", &Writer::logic}, {"not", &Writer::logic}, {"cnot", &Writer::logic},
        {"lop3", &Writer::lookup}, {"shl", &Writer::shift}, {"shr", &Writer::shift}, {"shf", &Writer::funnelShift},
        {"prmt", &Writer::permuteBytes}, {"bfe", &Writer::bitField}, {"bfi", &Writer::bitField},
        {"popc", &Writer::countBits}, {"clz", &Writer::countBits}, {"brev", &Writer::countBits}, {"bfind", &Writer::countBits},
        {"setp", &Writer::setPredicate}, {"set", &Writer::setValue}, {"selp", &Writer::select}, {"slct", &Writer::selectBySign},
        {"cvt", &Writer::convert}, {"cvta", &Writer::convertAddress}, {"isspacep", &Writer::isInSpace}, {"mov", &Writer::move},
        {"ld", &Writer::load}, {"ldu", &Writer::load}, {"st", &Writer::store},
        {"atom", &Writer::atomicOperation}, {"red", &Writer::atomicOperation},
        {"cp", &Writer::copyLater}, {"prefetch", &Writer::prefetch}, {"prefetchu", &Writer::prefetch},
        {"membar", &Writer::fence}, {"fence", &Writer::fence},
        {"bra", &Writer::branch}, {"brx", &Writer::branchIndexed}, {"call", &Writer::call},
        {"ret", &Writer::leave}, {"exit", &Writer::exitThread}, {"trap", &Writer::trap}, {"nanosleep", &Writer::sleep},
        {"shfl", &Writer::shuffleLanes}, {"vote", &Writer::voteLanes}, {"match", &Writer::matchLanes}, {"redux", &Writer::reduceLanes},
        {"activemask", &Writer::activeLanes}, {"bar", &Writer::barrier}, {"barrier", &Writer::barrier},
        {"mma", &Writer::matrixMultiply}, {"ldmatrix", &Writer::loadMatrix},
    };
    auto found = handlers.find(name);
    return found == handlers.end() ? nullptr : found->second;
}

}  // namespace emulator::ptx
