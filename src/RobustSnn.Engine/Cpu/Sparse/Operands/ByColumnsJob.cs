using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Operands;

/// <summary>Lays floats out by columns, border included, in octets if the target has them; a piece is a row.</summary>
internal readonly unsafe struct ByColumnsJob(Activation source, Operand target) : IJob
{
    private readonly ActivationShape shape = source.Shape;
    private readonly float* from = source.Floats();
    private readonly int octets = target.Layout.OctetStride == 0 ? 1 : OperandLayout.Octets(source.Shape.Lanes);

    public void Execute(int piece)
    {
        var (block, line) = Math.DivRem(piece, shape.Rows + 2 * shape.Border);
        var row = line - shape.Border;
        for (var column = -shape.Border; column < shape.Columns + shape.Border; column++)
        {
            var x = from + shape.Offset(block, row, column);
            var y = target.Data + target.Layout.Offset(block, row, column);
            for (var channel = 0; channel < shape.Channels; channel++, x += shape.Lanes.Width, y += target.Layout.ChannelStride)
            {
                if (target.Layout.PositionLanes == 1)
                {
                    *(float*)y = *x;
                    continue;
                }

                for (var lane = 0; lane < target.Layout.PositionLanes; lane += OperandLayout.FewLanes)
                {
                    Vector256.Load(x + lane).Store((float*)y + lane);
                }

                for (var octet = 1; octet < octets; octet++)
                {
                    Vector256.Load(x + octet * OperandLayout.FewLanes).Store((float*)(y + octet * target.Layout.OctetStride));
                }
            }
        }
    }
}
