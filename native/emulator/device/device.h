// All that the C++ text of a kernel includes.
#pragma once
#include "half.h"
#include "warp.h"
