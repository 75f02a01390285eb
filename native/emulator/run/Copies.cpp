// cp.async: bytes arrive at the wait, no earlier.
#include "BlockRunner.h"
#include <algorithm>
#include <cstring>

namespace emulator {

void BlockRunner::copyLater(uint32_t site, uint8_t* to, const uint8_t* from, uint32_t bytes, uint32_t read) {
    if (read > bytes) fail(FaultKind::Failed, site, "a copy of " + std::to_string(bytes) + " bytes reads " + std::to_string(read));
    Lane& lane = lanes[current];
    std::memset(to, 0xFF, bytes);
    lane.copies.push_back({to, from, bytes, read, site, lane.group});
}

// Groups arrive in order, until only the newest ones are left. What no group has gathered yet arrives only where all is waited for.
void BlockRunner::waitCopies(uint32_t pending, bool isAll) {
    Lane& lane = lanes[current];
    auto arrives = [&](const Copy& copy) { return isAll || (copy.group < lane.group && lane.group - copy.group > pending); };
    for (const Copy& copy : lane.copies) {
        if (!arrives(copy)) continue;
        if (copy.read) std::memcpy(copy.to, copy.from, copy.read);
        std::memset(copy.to + copy.read, 0, copy.bytes - copy.read);
    }
    std::erase_if(lane.copies, arrives);
}

}    // namespace emulator
