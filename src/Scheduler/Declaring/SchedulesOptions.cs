namespace Bus.Scheduler.Declaring;

/// <summary>What a service said about its schedules.</summary>
internal sealed class SchedulesOptions
{
    // What is declared is judged alike at every start: a schedule whose end has come must not keep its service down.
    private static readonly DateTimeOffset AnyTime = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string DeclaredBy { get; set; } = SchedulesBuilder.EntryName;

    public int Revision { get; set; }

    public int History { get; set; } = 100;

    public List<ScheduleDeclaration> Declarations { get; } = [];

    public ScheduleTypes Types { get; } = new();

    /// <summary>Everything that is wrong, each with its remedy.</summary>
    public IEnumerable<string> Problems()
    {
        if (History is < 1 or > 10_000)
            yield return $"`History` must be 1 to 10,000, but is {History}.";
        if (DeclaredBy is not { Length: >= 1 and <= 200 })
            yield return "`DeclaredBy` must have 1 to 200 characters.";
        foreach (var twice in Declarations.GroupBy(declaration => declaration.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            yield return $"Schedule `{twice.Key}` is declared {twice.Count()} times: give each a name of its own.";
        foreach (var declaration in Declarations)
        {
            foreach (var problem in ScheduleCheck.Problems(declaration.Name, declaration.Definition, AnyTime))
                yield return $"Schedule `{declaration.Name}`: {problem}";
        }
    }
}
