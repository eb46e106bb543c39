namespace Bus.Jobs;

/// <summary>How often something may begin, evenly spread: by the generic cell rate algorithm (ITU-T I.371).</summary>
/// <param name="Count">So many, at least 1,</param>
/// <param name="Per">in this time, at most an hour and at least a microsecond each.</param>
/// <param name="Burst">How many may begin at once after a pause; 1, the default, for one after the other.</param>
public sealed record JobRate(int Count, TimeSpan Per, int Burst = 1)
{
    /// <summary>How far apart they begin, in microseconds.</summary>
    internal long Interval => (long)(Per.TotalMicroseconds / Count);

    internal bool IsValid => Count > 0 && Burst > 0 && Per > TimeSpan.Zero && Per <= TimeSpan.FromHours(1) && Interval > 0;
}
