using System.Reflection;
using System.Runtime.CompilerServices;

namespace RobustSnn.Tests;

/// <summary>What users of an assembly can name, a line each, sorted: two builds differ in it only where their users would notice.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly) => string.Join(
        '\n',
        from type in assembly.GetExportedTypes()
        from line in Members(type).Order(StringComparer.Ordinal).Prepend($"{Kind(type)} {Name(type)}{Bases(type)}")
        orderby Name(type), line.StartsWith(' '), line
        select line) + "\n";

    private static IEnumerable<string> Members(Type type) => type.GetMembers(Declared)
        .Where(member => !member.IsDefined(typeof(CompilerGeneratedAttribute), false) || member is ConstructorInfo)
        .Select(member => member switch
        {
            ConstructorInfo constructor when IsSeen(constructor) => $"new({Parameters(constructor)})",
            MethodInfo { IsSpecialName: false } method when IsSeen(method) => $"{Static(method)}{Name(method.ReturnType)} {method.Name}{Generic(method)}({Parameters(method)})",
            MethodInfo { IsSpecialName: true } method when IsSeen(method) && method.Name.StartsWith("op_", StringComparison.Ordinal) =>
                $"{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
            PropertyInfo property when property.GetAccessors(true).Any(IsSeen) => Property(property),
            FieldInfo field when field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly =>
                $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}",
            EventInfo { AddMethod: { } add } happening when IsSeen(add) => $"event {Name(happening.EventHandlerType!)} {happening.Name}",
            _ => null,
        })
        .OfType<string>().Select(line => $"    {line}").Distinct();

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : method.IsAbstract ? "abstract " : "";

    private static string Property(PropertyInfo property)
    {
        string accessors = string.Join(' ', property.GetAccessors(true).Where(IsSeen).Select(accessor =>
            accessor.ReturnType != typeof(void) ? "get;"
            : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init;" : "set;").Order(StringComparer.Ordinal));
        string isStatic = property.GetAccessors(true).Any(accessor => accessor.IsStatic) ? "static " : "";
        string index = string.Join(", ", property.GetIndexParameters().Select(parameter => Name(parameter.ParameterType)));
        return $"{isStatic}{Name(property.PropertyType)} {property.Name}{(index.Length > 0 ? $"[{index}]" : "")} {{ {accessors} }}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.RawDefaultValue ?? "null"}" : "")}"));

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Kind(Type type) =>
        type.IsInterface ? "interface" : type.IsEnum ? "enum" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsSealed ? "sealed class" : type.IsAbstract ? "abstract class" : "class";

    private static string Bases(Type type)
    {
        IEnumerable<Type> bases = type.GetInterfaces().Where(each => each.IsVisible).OrderBy(Name, StringComparer.Ordinal);
        string[] names = [.. (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? bases.Prepend(parent) : bases).Select(Name)];
        return names.Length > 0 && !type.IsEnum ? $" : {string.Join(", ", names)}" : "";
    }

    private static string Name(Type type)
    {
        if (type.IsByRef || type.IsPointer || type.IsArray)
        {
            return Name(type.GetElementType()!) + (type.IsByRef ? "&" : type.IsPointer ? "*" : $"[{new string(',', type.GetArrayRank() - 1)}]");
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        string name = (type.FullName ?? $"{type.Namespace}.{type.Name}").Split('[')[0];
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
