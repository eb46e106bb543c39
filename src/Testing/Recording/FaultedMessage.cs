namespace Bus.Testing.Recording;

/// <summary>A message that a handler gave up on, after its retries.</summary>
/// <param name="Message">The message.</param>
/// <param name="Exception">What the last attempt threw.</param>
public sealed record FaultedMessage<T>(T Message, Exception Exception)
    where T : class;
