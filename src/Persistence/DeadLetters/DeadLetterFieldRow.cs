namespace Bus.Persistence.DeadLetters;

/// <summary>A value that a declared field has in the body of a dead letter; it goes when the letter goes. The class maps the table.</summary>
public sealed class DeadLetterFieldRow
{
    /// <summary>The path of the field as it was declared, in lower case.</summary>
    public string Name { get; set; } = "";

    /// <summary>The value as text.</summary>
    public string Value { get; set; } = "";

    /// <summary>Whose body.</summary>
    public Guid LetterId { get; set; }
}
