using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Graphs of captured work. The class is spelled as in ManagedCuda.</summary>
    public static partial class GraphManagment
    {
        [LibraryImport(Library, EntryPoint = "cuGraphInstantiateWithFlags")]
        public static partial CUResult cuGraphInstantiate(ref CUgraphExec phGraphExec, CUgraph hGraph, CUgraphInstantiate_flags flags);

        [LibraryImport(Library)]
        public static partial CUResult cuGraphLaunch(CUgraphExec hGraphExec, CUstream hStream);

        /// <summary>Without nodes it says how many there are.</summary>
        [LibraryImport(Library)]
        public static partial CUResult cuGraphGetNodes(CUgraph hGraph, [In, Out] CUgraphNode[]? nodes, ref SizeT numNodes);

        [LibraryImport(Library)]
        public static partial CUResult cuGraphExecDestroy(CUgraphExec hGraphExec);

        [LibraryImport(Library)]
        public static partial CUResult cuGraphDestroy(CUgraph hGraph);
    }
}
