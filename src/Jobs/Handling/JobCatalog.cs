namespace Bus.Jobs.Handling;

/// <summary>The kinds of jobs that this process can run. Filled during start-up, then only read.</summary>
internal sealed class JobCatalog
{
    private readonly Dictionary<string, JobType> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, JobType> _byArguments = [];

    public IReadOnlyCollection<JobType> Types => _byName.Values;

    public static string NameOf(Type arguments) => arguments.FullName ?? arguments.Name;

    /// <exception cref="JobException">Another has the same arguments or name.</exception>
    public void Add(JobType type)
    {
        if (_byArguments.ContainsKey(type.Arguments))
            throw new JobException($"Two handlers take `{type.Arguments.Name}`: a job has one. Publish an event where several are to act.");
        if (!_byName.TryAdd(type.Name, type))
            throw new JobException($"Two kinds of jobs have the name `{type.Name}`: give one another with `options.Name`.");
        _byArguments.Add(type.Arguments, type);
    }

    public JobType? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Name and queue for arguments of this type; by convention where their handler is another process's.</summary>
    public (string Name, string Queue) For(Type arguments) => _byArguments.TryGetValue(arguments, out var type) ? (type.Name, type.Queue) : (NameOf(arguments), "default");
}
