using System.Reflection.Emit;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Reflection;

namespace RobustSnn.Architecture.Tests;

/// <summary>Every type that a type names: bases, interfaces, constraints, attributes, fields, signatures, locals and code.</summary>
internal sealed class UsedTypes
{
    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value & 0xFFFF, code => code.OperandType);

    private readonly HashSet<(string? Assembly, string Type)> used = [];
    private readonly PEReader file;
    private readonly MetadataReader metadata;
    private readonly SignatureTypes signatures;

    public UsedTypes(PEReader file, MetadataReader metadata)
    {
        this.file = file;
        this.metadata = metadata;
        signatures = new SignatureTypes(Note);
    }

    public IEnumerable<(string? Assembly, string Type)> Of(TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        Note(type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations())
        {
            Note(metadata.GetInterfaceImplementation(implemented).Interface);
        }

        Note(type.GetCustomAttributes());
        Note(type.GetGenericParameters());
        foreach (var field in type.GetFields().Select(metadata.GetFieldDefinition))
        {
            field.DecodeSignature(signatures, 0);
            Note(field.GetCustomAttributes());
        }

        foreach (var property in type.GetProperties().Select(metadata.GetPropertyDefinition))
        {
            Note(property.GetCustomAttributes());
        }

        foreach (var method in type.GetMethods().Select(metadata.GetMethodDefinition))
        {
            method.DecodeSignature(signatures, 0);
            Note(method.GetCustomAttributes());
            Note(method.GetGenericParameters());
            if (method.RelativeVirtualAddress != 0)
            {
                Note(file.GetMethodBody(method.RelativeVirtualAddress));
            }
        }

        return used;
    }

    private void Note(CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes)
        {
            Note(metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    private void Note(GenericParameterHandleCollection parameters)
    {
        foreach (var constraint in parameters.SelectMany(parameter => metadata.GetGenericParameter(parameter).GetConstraints()))
        {
            Note(metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private void Note(MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
        {
            metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(signatures, 0);
        }

        foreach (var region in body.ExceptionRegions)
        {
            Note(region.CatchType);
        }

        var code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            int instruction = code.ReadByte();
            var operand = Operands[instruction == 0xFE ? 0xFE00 | code.ReadByte() : instruction];
            switch (operand)
            {
                case OperandType.InlineType or OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok or OperandType.InlineSig:
                    Note(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    var targets = code.ReadInt32(); // moves on itself
                    code.Offset += sizeof(int) * targets;
                    break;
                default:
                    code.Offset += operand switch
                    {
                        OperandType.InlineNone => 0,
                        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                        OperandType.InlineVar => 2,
                        OperandType.InlineI8 or OperandType.InlineR => 8,
                        _ => 4,
                    };
                    break;
            }
        }
    }

    private void Note(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                used.Add((null, TypeNames.Of(metadata, (TypeDefinitionHandle)handle)));
                break;
            case HandleKind.TypeReference:
                used.Add(TypeNames.Of(metadata, (TypeReferenceHandle)handle));
                break;
            case HandleKind.TypeSpecification:
                metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(signatures, 0);
                break;
            case HandleKind.MethodDefinition:
                Note(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Note(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MethodSpecification:
                var specification = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                specification.DecodeSignature(signatures, 0);
                Note(specification.Method);
                break;
            case HandleKind.MemberReference:
                NoteMember(metadata.GetMemberReference((MemberReferenceHandle)handle));
                break;
        }
    }

    private void NoteMember(MemberReference member)
    {
        Note(member.Parent);
        if (member.GetKind() == MemberReferenceKind.Field)
        {
            member.DecodeFieldSignature(signatures, 0);
        }
        else
        {
            member.DecodeMethodSignature(signatures, 0);
        }
    }
}
