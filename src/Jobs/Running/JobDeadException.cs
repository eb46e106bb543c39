namespace Bus.Jobs.Running;

/// <summary>The job cannot be run, now or later; the text is all that there is to say.</summary>
internal sealed class JobDeadException(string message, Exception? inner = null) : Exception(message, inner);
