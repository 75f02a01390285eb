using System.Diagnostics.CodeAnalysis;
using Microsoft.FSharp.Core;
using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn;

/// <summary>
/// What was asked for, or a sentence that says why it cannot be: the one that <c>rsnn</c> prints. Only what the user can mend is an error; a fault of a
/// program is thrown, and so is a cancellation.
/// </summary>
public sealed class Result<T>
{
    private readonly T? value;

    internal Result(T value) => this.value = value;

    internal Result(string error, Exception cause) => (Error, Cause) = (error, cause);

    /// <summary>What, where, expected, found, what to do; null where there is a value.</summary>
    public string? Error { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Error), nameof(Cause))]
    public bool IsOk => Error is null;

    /// <summary>What was asked for.</summary>
    /// <exception cref="InvalidOperationException">There is an error.</exception>
    public T Value => IsOk ? value! : throw new InvalidOperationException($"There is no value, ask IsOk first: {Error}");

    private Exception? Cause { get; }

    /// <summary>What was asked for.</summary>
    /// <exception cref="BadInputException">There is an error, which is the message.</exception>
    public T OrThrow() => IsOk ? value! : throw new BadInputException(Error, Cause);

    /// <summary>One function's answer or the other's.</summary>
    public TAnswer Match<TAnswer>(Func<T, TAnswer> ok, Func<string, TAnswer> error) => IsOk ? ok(value!) : error(Error);

    /// <summary>What follows from the value; the error where there is none.</summary>
    public Result<TNext> Then<TNext>(Func<T, Result<TNext>> next) => IsOk ? next(value!) : new Result<TNext>(Error, Cause);

    /// <summary>As F# has it, for its <c>match</c> and its <c>Result</c> module.</summary>
    public FSharpResult<T, string> ToFSharp() => IsOk ? FSharpResult<T, string>.NewOk(value!) : FSharpResult<T, string>.NewError(Error);
}

/// <summary>Results of what may refuse.</summary>
internal static class Result
{
    public static Result<T> Of<T>(Func<T> compute)
    {
        try
        {
            return new Result<T>(compute());
        }
        catch (Exception refusal) when (refusal is BadInputException || SystemRefusal.Is(refusal))
        {
            return Error<T>(refusal);
        }
    }

    public static async Task<Result<T>> OfAsync<T>(Func<Task<T>> compute)
    {
        try
        {
            return new Result<T>(await compute().ConfigureAwait(false));
        }
        catch (Exception refusal) when (refusal is BadInputException || SystemRefusal.Is(refusal))
        {
            return Error<T>(refusal);
        }
    }

    private static Result<T> Error<T>(Exception refusal) =>
        new(refusal is BadInputException ? refusal.Message : SystemRefusal.Sentence(refusal), refusal);
}
