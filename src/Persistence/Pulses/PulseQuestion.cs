namespace Bus.Persistence.Pulses;

/// <summary>What a part of this process asks again and again, or renews. Its state is the pulse's.</summary>
/// <param name="name">What it is about, for the log.</param>
/// <param name="every">How often; zero with each pulse.</param>
/// <param name="ask">The statement, or null when there is nothing to ask now. Called on the thread of the pulse: it must not wait for anything.</param>
internal sealed class PulseQuestion(string name, TimeSpan every, Func<PulseStatement?> ask)
{
    // When it failed alone it is left out for so long: it would cost each pulse a second try of all the others.
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private long _askedAt;
    private long _restsSince;

    public string Name => name;

    /// <summary>False while it is left out, because it has failed.</summary>
    public bool IsServed => Volatile.Read(ref _restsSince) is var since && (since == 0 || TimeProvider.System.GetElapsedTime(since) >= Rest);

    /// <summary>The statement, if it is time to ask.</summary>
    /// <param name="slack">By how much too early it may be: pulses do not come to the millisecond.</param>
    public PulseStatement? Next(TimeSpan slack)
    {
        if (!IsServed || (_askedAt != 0 && TimeProvider.System.GetElapsedTime(_askedAt) < every - slack) || ask() is not { } statement)
            return null;
        _askedAt = TimeProvider.System.GetTimestamp();
        return statement;
    }

    /// <summary>It was not answered: the next pulse asks again.</summary>
    public void Again() => _askedAt = 0;

    /// <summary>It spoils the pulses.</summary>
    public void Fail() => Volatile.Write(ref _restsSince, TimeProvider.System.GetTimestamp());
}
