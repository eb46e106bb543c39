namespace Bus.Core.Recoverability;

/// <summary>All that a decision about a delivery may depend on whose attempts are used up.</summary>
/// <param name="Exception">What the last attempt threw.</param>
/// <param name="Redeliveries">How often the message was put off before.</param>
/// <param name="TimeLeft">Until the message expires; null for one that never does.</param>
public readonly record struct RedeliveryFacts(Exception Exception, int Redeliveries, TimeSpan? TimeLeft = null);
