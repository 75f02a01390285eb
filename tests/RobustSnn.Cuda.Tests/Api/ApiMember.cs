using System.Reflection;

namespace RobustSnn.Cuda.Tests.Api;

/// <summary>A public member, written as C# declares it and as the description of ManagedCuda lists it.</summary>
internal static class ApiMember
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    private static readonly Dictionary<string, string> Operators = new()
    {
        ["op_Addition"] = "+",
        ["op_Subtraction"] = "-",
        ["op_Multiply"] = "*",
        ["op_Division"] = "/",
        ["op_Equality"] = "==",
        ["op_Inequality"] = "!=",
        ["op_GreaterThan"] = ">",
        ["op_LessThan"] = "<",
    };

    /// <summary>What a type declares itself and anybody may use, but for what every object has.</summary>
    public static IEnumerable<string> Of(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        return
        [
            .. type.GetConstructors(Declared).Select(constructor => $"{type.Name.Split('`')[0]}({Parameters(constructor)})"),
            .. type.GetMethods(Declared).Where(method => !IsAccessor(method) && method.GetBaseDefinition().DeclaringType != typeof(object)
                && method.GetBaseDefinition().DeclaringType != typeof(ValueType)).Select(Method),
            .. type.GetProperties(Declared).Select(property => $"{Static(property.GetMethod!)}{NameOf(property.PropertyType)} {property.Name}"),
            .. type.GetFields(Declared).Select(field => $"{(field.IsStatic ? "static " : "")}{NameOf(field.FieldType)} {field.Name}"),
        ];
    }

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static string Method(MethodInfo method)
    {
        var (returned, parameters) = (NameOf(method.ReturnType), Parameters(method));
        return method.Name switch
        {
            "op_Implicit" => $"static implicit operator {returned}({parameters})",
            "op_Explicit" => $"static explicit operator {returned}({parameters})",
            _ when Operators.TryGetValue(method.Name, out var sign) => $"static {returned} operator {sign}({parameters})",
            _ => $"{Static(method)}{returned} {method.Name}{TypeParameters(method)}({parameters})",
        };
    }

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static string TypeParameters(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var passed = parameter switch
        {
            { IsOut: true, ParameterType.IsByRef: true } => "out ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) => "params ",
            _ => "",
        };
        return $"{passed}{NameOf(parameter.ParameterType)} {parameter.Name}";
    }

    private static string NameOf(Type type) => type switch
    {
        { IsByRef: true } => NameOf(type.GetElementType()!),
        { IsArray: true } => $"{NameOf(type.GetElementType()!)}[]",
        { IsGenericType: true } => $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>",
        _ => Keywords.GetValueOrDefault(type, type.Name),
    };
}
