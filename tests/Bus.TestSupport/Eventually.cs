using System.Runtime.CompilerServices;

namespace Bus.TestSupport;

/// <summary>Waits until a condition holds, looking again and again up to a deadline: for what gives no signal to await.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan OneLook = TimeSpan.FromMinutes(2);

    /// <summary>Returns once <paramref name="condition"/> holds; an exception of the condition counts as not yet.</summary>
    /// <param name="condition">What must become true.</param>
    /// <param name="timeout">How long to wait; 30 s by default.</param>
    /// <param name="because">Evaluated for the error, when the time has passed: what was found instead.</param>
    /// <exception cref="InvalidOperationException">The time has passed; the message names the condition as written.</exception>
    public static Task AssertAsync(
        Func<bool> condition, TimeSpan? timeout = null, Func<string>? because = null, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        AssertAsync(() => Task.FromResult(condition()), timeout, because, text);

    /// <inheritdoc cref="AssertAsync(Func{bool}, TimeSpan?, Func{string}?, string)"/>
    public static async Task AssertAsync(
        Func<Task<bool>> condition, TimeSpan? timeout = null, Func<string>? because = null, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        var clock = TimeProvider.System;
        var limit = timeout ?? TimeSpan.FromSeconds(30);
        var start = clock.GetTimestamp();
        Exception? last = null;
        do
        {
            try
            {
                // A look that does not come back must not keep the test from ending.
                if (await condition().WaitAsync(limit + OneLook, clock))
                {
                    return;
                }

                last = null;
            }
            catch (Exception exception)
            {
                last = exception;
            }

            await Task.Delay(Pause, clock);
        }
        while (clock.GetElapsedTime(start) < limit);

        throw new InvalidOperationException($"Not within {limit.TotalSeconds:0.#} s: {text}. {because?.Invoke()}", last);
    }

    /// <summary>Waits until two looks in a row, <paramref name="quiet"/> apart, give an equal value, and returns it: for counts that must stop growing.</summary>
    public static async Task<T> SettleAsync<T>(Func<Task<T>> look, TimeSpan quiet, TimeSpan? timeout = null)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        var last = await look();
        while (clock.GetElapsedTime(start) < (timeout ?? TimeSpan.FromSeconds(60)))
        {
            await Task.Delay(quiet, clock);
            var next = await look();
            if (EqualityComparer<T>.Default.Equals(last, next))
            {
                return next;
            }

            last = next;
        }

        throw new InvalidOperationException($"Still changing at the end of the time: {last}.");
    }
}
