namespace Bus.Persistence;

/// <summary>What nobody could handle.</summary>
public enum DeadLetterKind
{
    /// <summary>A message, from <c>{queue}_error</c> or <c>{queue}_skipped</c>.</summary>
    Message,

    /// <summary>A job that is dead.</summary>
    Job,
}
