namespace Bus.Endpoints;

/// <summary>A message body was longer than <c>Bus:MaxMessageBytes</c>; the message is in the endpoint's <c>_error</c> queue.</summary>
public sealed class MessageTooLargeException(Uri endpoint, long length, int limit)
    : Exception($"A message of {length} bytes came to {endpoint}, and `Bus:MaxMessageBytes` is {limit}. Send a reference to the data, or raise the limit.");
