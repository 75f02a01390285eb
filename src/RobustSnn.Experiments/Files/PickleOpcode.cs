namespace RobustSnn.Experiments.Files;

/// <summary>
/// The opcodes of pickle protocols 0 to 5. In upper case, with underscores, these are the names of Python's <c>pickle</c> module.
/// Most are only named to be refused.
/// </summary>
internal enum PickleOpcode : byte
{
    Mark = (byte)'(',
    Stop = (byte)'.',
    Pop = (byte)'0',
    PopMark = (byte)'1',
    Dup = (byte)'2',
    Float = (byte)'F',
    Int = (byte)'I',
    Binint = (byte)'J',
    Binint1 = (byte)'K',
    Long = (byte)'L',
    Binint2 = (byte)'M',
    None = (byte)'N',
    Persid = (byte)'P',
    Binpersid = (byte)'Q',
    Reduce = (byte)'R',
    String = (byte)'S',
    Binstring = (byte)'T',
    ShortBinstring = (byte)'U',
    Unicode = (byte)'V',
    Binunicode = (byte)'X',
    Append = (byte)'a',
    Build = (byte)'b',
    Global = (byte)'c',
    Dict = (byte)'d',
    EmptyDict = (byte)'}',
    Appends = (byte)'e',
    Get = (byte)'g',
    Binget = (byte)'h',
    Inst = (byte)'i',
    LongBinget = (byte)'j',
    List = (byte)'l',
    EmptyList = (byte)']',
    Obj = (byte)'o',
    Put = (byte)'p',
    Binput = (byte)'q',
    LongBinput = (byte)'r',
    Setitem = (byte)'s',
    Tuple = (byte)'t',
    EmptyTuple = (byte)')',
    Setitems = (byte)'u',
    Binfloat = (byte)'G',
    Proto = 0x80,
    Newobj = 0x81,
    Ext1 = 0x82,
    Ext2 = 0x83,
    Ext4 = 0x84,
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    Newtrue = 0x88,
    Newfalse = 0x89,
    Long1 = 0x8a,
    Long4 = 0x8b,
    Binbytes = (byte)'B',
    ShortBinbytes = (byte)'C',
    ShortBinunicode = 0x8c,
    Binunicode8 = 0x8d,
    Binbytes8 = 0x8e,
    EmptySet = 0x8f,
    Additems = 0x90,
    Frozenset = 0x91,
    NewobjEx = 0x92,
    StackGlobal = 0x93,
    Memoize = 0x94,
    Frame = 0x95,
    Bytearray8 = 0x96,
    NextBuffer = 0x97,
    ReadonlyBuffer = 0x98,
}

/// <summary>Names of opcodes, for messages.</summary>
internal static class PickleOpcodes
{
    /// <summary>As Python's <c>pickle</c> module has it; the byte where there is none.</summary>
    public static string Name(this PickleOpcode opcode) => Enum.IsDefined(opcode)
        ? System.Text.RegularExpressions.Regex.Replace(opcode.ToString(), "(?<=[a-z0-9])(?=[A-Z])", "_").ToUpperInvariant()
        : $"0x{(byte)opcode:x2}";
}
