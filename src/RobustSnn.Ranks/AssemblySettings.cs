using System.Runtime.CompilerServices;

// Numbers and addresses are handed over as they lie in memory; what a call marshals beyond that stands in its declaration.
[assembly: DisableRuntimeMarshalling]
