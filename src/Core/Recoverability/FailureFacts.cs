namespace Bus.Core.Recoverability;

/// <summary>All that a decision about a failed attempt may depend on.</summary>
/// <param name="Exception">What the attempt threw.</param>
/// <param name="Attempt">The number of the attempt that failed; 1 is the first. Attempts lost to an outage are not counted.</param>
/// <param name="Elapsed">Since the first attempt began.</param>
/// <param name="PreviousDelay">The wait before this attempt; zero for the first.</param>
/// <param name="BudgetLeft">Whether the endpoint's retry budget still has a retry to give.</param>
public readonly record struct FailureFacts(Exception Exception, int Attempt, TimeSpan Elapsed, TimeSpan PreviousDelay, bool BudgetLeft);
