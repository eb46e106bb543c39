namespace Bus.Testing;

/// <summary>A saga is not in the state that a test expects.</summary>
public sealed class SagaStateException(string message) : Exception(message);
