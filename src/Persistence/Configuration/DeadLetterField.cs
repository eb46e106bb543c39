namespace Bus.Persistence;

/// <summary>A field of the body and its value.</summary>
/// <param name="Name">One that is declared by <see cref="DeadLetterOptions.SearchFields"/>; case does not matter.</param>
/// <param name="Value">The whole text, case and all; a number as the body writes it, <c>true</c> or <c>false</c>. At most 200 characters.</param>
public sealed record DeadLetterField(string Name, string Value);
