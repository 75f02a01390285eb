using System.Reflection;

namespace RobustSnn.Experiments.Settings;

/// <summary>A record of settings as a mapping of keys.</summary>
internal sealed class SettingsGroup
{
    private readonly ConstructorInfo constructor;

    public SettingsGroup(Type type, string prefix)
    {
        constructor = type.GetConstructors().Single();
        Fields = [.. constructor.GetParameters().Select(parameter => new SettingsField(type, parameter, prefix))];
    }

    /// <summary>In the order of the record's parameters.</summary>
    public IReadOnlyList<SettingsField> Fields { get; }

    /// <summary>Whether nothing need be written, as every key has a default or may be left out.</summary>
    public bool IsOptional => Fields.All(key => key.IsOptional);

    /// <summary>The record of these values, one a field.</summary>
    public object Create(object?[] values) => constructor.Invoke(values);
}

/// <summary>One key: either a value or a group of keys.</summary>
internal sealed class SettingsField
{
    private readonly PropertyInfo property;
    private readonly ParameterInfo parameter;

    public SettingsField(Type owner, ParameterInfo parameter, string prefix)
    {
        this.parameter = parameter;
        property = owner.GetProperty(parameter.Name!)!;
        Attribute = parameter.GetCustomAttribute<SettingAttribute>()!;
        Name = SettingName.Of(parameter.Name!);
        Path = prefix + Name;
        AllowsNull = new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable;
        Type type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        Kind = ValueKind.Of(type);
        Group = Kind is null ? new SettingsGroup(type, Path + ".") : null;
    }

    public string Name { get; }

    /// <summary>The name after those of the groups that it is in: pretrain.epochs.</summary>
    public string Path { get; }

    public SettingAttribute Attribute { get; }

    /// <summary>How the value is written; null for a group.</summary>
    public ValueKind? Kind { get; }

    /// <summary>The keys below; null for a value.</summary>
    public SettingsGroup? Group { get; }

    /// <summary>Whether the key may be left out or empty, which means null.</summary>
    public bool AllowsNull { get; }

    /// <summary>Whether the key may be left out.</summary>
    public bool IsOptional => AllowsNull || parameter.HasDefaultValue || Group is { IsOptional: true };

    /// <summary>What stands in for a value that is left out; null where none does.</summary>
    public object? Default => parameter.HasDefaultValue ? parameter.DefaultValue : null;

    /// <summary>What is expected, in words.</summary>
    public string Expected => Kind is null
        ? $"keys: {string.Join(", ", Group!.Fields.Select(key => key.Name))}"
        : Kind.Noun + Attribute.Range;

    /// <summary>The value in a record of the owner's type; null where there is no record.</summary>
    public object? Get(object? record) => record is null ? null : property.GetValue(record);
}
