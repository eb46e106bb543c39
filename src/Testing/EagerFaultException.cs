namespace Bus.Testing;

/// <summary>A handler threw while a bus in eager mode ran it; <see cref="Exception.InnerException"/> is what it threw.</summary>
public sealed class EagerFaultException(Exception thrown) : Exception($"A handler threw {thrown.GetType().Name}: {thrown.Message}", thrown);
