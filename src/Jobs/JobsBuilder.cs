using System.Diagnostics;
using System.Reflection;
using Bus.Core.Recoverability;
using Bus.Jobs.Handling;
using Bus.Jobs.Store;
using Bus.Persistence.Jobs;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Bus.Jobs;

/// <summary>Says which jobs a service runs. Used by one thread during start-up.</summary>
public sealed partial class JobsBuilder
{
    private static readonly MethodInfo Plain = typeof(JobsBuilder).GetMethod(nameof(RunPlain), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo Resulting = typeof(JobsBuilder).GetMethod(nameof(RunResulting), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static readonly MethodInfo Together = typeof(JobsBuilder).GetMethod(nameof(RunTogether), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly Type[] Contracts = [typeof(IJobHandler<>), typeof(IJobHandler<,>), typeof(IJobBatchHandler<>)];

    private readonly IServiceCollection _services;
    private readonly JobCatalog _catalog;

    internal JobsBuilder(IServiceCollection services, JobCatalog catalog, JobsOptions options) => (_services, _catalog, Options) = (services, catalog, options);

    /// <summary>How this process runs jobs.</summary>
    public JobsOptions Options { get; }

    /// <summary>
    /// The name of the temporary endpoint on which this service hears of the jobs of others; no other service has it, nor a second one in this process: its queue is exclusive, and whoever came second would wait for it for ever.
    /// What comes there may be lost; give it no inbox.
    /// </summary>
    public string HintEndpoint { get; } = $"job-hints-{NewId.NextGuid():N}";

    /// <summary>Lets this process run the jobs of a handler.</summary>
    /// <param name="configure">What is said about all of them; null for the defaults.</param>
    /// <exception cref="JobException">It is no handler, or another one has the same arguments or name.</exception>
    public JobsBuilder Handle<THandler>(Action<JobTypeOptions>? configure = null)
        where THandler : class
    {
        var contracts = typeof(THandler).GetInterfaces().Where(type => type.IsGenericType && Contracts.Contains(type.GetGenericTypeDefinition())).ToList();
        if (contracts.Count == 0)
            throw new JobException($"`{typeof(THandler).Name}` handles no jobs: let it implement `IJobHandler<TArguments>`, `IJobHandler<TArguments, TResult>` or `IJobBatchHandler<TArguments>`.");
        _services.TryAddScoped<THandler>();
        foreach (var contract in contracts)
        {
            var options = new JobTypeOptions();
            typeof(THandler).GetCustomAttribute<JobAttribute>(inherit: true)?.Apply(options, typeof(THandler).Name);
            configure?.Invoke(options);
            if (options.Concurrency is < 1)
                throw new JobException($"`Concurrency` of `{typeof(THandler).Name}` must be at least 1, but is {options.Concurrency}. To let none run, pause the type.");
            if (options.Rate is { IsValid: false })
                throw new JobException($"`Rate` of `{typeof(THandler).Name}` cannot be {options.Rate}: at least one in at most an hour, not more than one a microsecond, and a burst of at least 1.");
            if (options.StallAfter <= TimeSpan.Zero)
                throw new JobException($"`StallAfter` of `{typeof(THandler).Name}` must be more than zero, but is {options.StallAfter}: leave it null for no such limit.");
            RequireTimes(typeof(THandler), options);
            RequirePerKey(typeof(THandler), options);
            JobMaker.RequireQueue(options.Queue);
            _catalog.Add(contract.GetGenericTypeDefinition() == typeof(IJobBatchHandler<>) ? MakeGroupedType(typeof(THandler), contract.GetGenericArguments()[0], options) : MakeType(typeof(THandler), contract.GetGenericArguments(), options));
        }

        return this;
    }

    /// <summary>Lets this process tell of the ends of jobs, if it may tell anybody.</summary>
    internal void HandleWebhooks<THandler>()
        where THandler : class
    {
        if (Options.Webhooks.AllowedHosts.Count > 0 && _catalog.Find(JobDialect.CallbackType) is null)
            Handle<THandler>(type => (type.Name, type.Queue, type.Retry) = (JobDialect.CallbackType, JobDialect.CallbackQueue, Options.Webhooks.Retry));
    }

    private static JobType MakeType(Type handler, Type[] types, JobTypeOptions options)
    {
        var method = types.Length == 1 ? Plain.MakeGenericMethod(handler, types[0]) : Resulting.MakeGenericMethod(handler, types[0], types[1]);
        return MakeType(types[0], options, method.CreateDelegate<Func<IServiceProvider, object, JobRun, Task<object?>>>());
    }

    private static JobType MakeGroupedType(Type handler, Type arguments, JobTypeOptions options)
    {
        if (options.BatchSize is < 1 or > 1_000)
            throw new JobException($"`BatchSize` of `{handler.Name}` must be between 1 and 1,000, but is {options.BatchSize}.");
        if (options.BatchWait < TimeSpan.Zero || options.BatchWait > TimeSpan.FromMinutes(1))
            throw new JobException($"`BatchWait` of `{handler.Name}` must be between zero and a minute, but is {options.BatchWait}.");
        if (options.StallAfter is not null)
            throw new JobException($"`{handler.Name}` takes its jobs together, and none of them can show that it goes on: give it a `Timeout` in the place of `StallAfter`.");
        if (options is not { Concurrency: null, Rate: null, ConcurrencyPerKey: null, RatePerKey: null })
            throw new JobException($"`{handler.Name}` takes its jobs together: it can have neither `Concurrency`, `Rate`, `ConcurrencyPerKey` nor `RatePerKey`, which count them one by one.");
        var run = Together.MakeGenericMethod(handler, arguments).CreateDelegate<Func<IServiceProvider, IReadOnlyList<GroupItem>, CancellationToken, Task>>();
        return MakeType(arguments, options, static (_, _, _) => throw new UnreachableException("It is run together with others.")) with { Group = new JobGrouping(options.BatchSize, options.BatchWait, run) };
    }

    private static JobType MakeType(Type arguments, JobTypeOptions options, Func<IServiceProvider, object, JobRun, Task<object?>> run) => new(
        options.Name ?? JobCatalog.NameOf(arguments), arguments, options.Queue,
        // However long its attempts are apart: their number ends them.
        new RecoverabilityPolicy(options.Errors, options.Retry, TimeSpan.MaxValue, TimeSpan.FromDays(1)),
        options.Timeout,
        options.Retry.MaxDelay,
        options.Concurrency,
        options.Rate,
        options.Resilience,
        run)
    {
        KeepFor = JobsOptions.Keep(options.KeepFor),
        StallAfter = options.StallAfter,
        Retry = options.Retry,
        ConcurrencyPerKey = options.ConcurrencyPerKey,
        RatePerKey = options.RatePerKey,
    };

    private static void RequireTimes(Type handler, JobTypeOptions options)
    {
        if (options.Timeout <= TimeSpan.Zero)
            throw new JobException($"`Timeout` of `{handler.Name}` must be more than zero, but is {options.Timeout}: leave it null for no such limit.");
        JobMaker.RequireTime(options.Timeout, $"Timeout` of `{handler.Name}", JobMaker.LongestRun);
        JobMaker.RequireTime(options.StallAfter, $"StallAfter` of `{handler.Name}", JobMaker.LongestRun);
        JobMaker.RequireTime(options.KeepFor, $"KeepFor` of `{handler.Name}", JobMaker.Longest);
    }

    private static void RequirePerKey(Type handler, JobTypeOptions options)
    {
        if (options.ConcurrencyPerKey is < 1)
            throw new JobException($"`ConcurrencyPerKey` of `{handler.Name}` must be at least 1, but is {options.ConcurrencyPerKey}.");
        if (options.RatePerKey is { IsValid: false })
            throw new JobException($"`RatePerKey` of `{handler.Name}` cannot be {options.RatePerKey}: at least one in at most an hour, not more than one a microsecond, and a burst of at least 1.");
    }

    private static Task RunTogether<THandler, TArguments>(IServiceProvider scope, IReadOnlyList<GroupItem> items, CancellationToken cancellationToken)
        where THandler : class, IJobBatchHandler<TArguments>
        where TArguments : class => scope.GetRequiredService<THandler>().RunAsync([.. items.Select(item => new JobItem<TArguments>(item))], cancellationToken);

    private static async Task<object?> RunPlain<THandler, TArguments>(IServiceProvider scope, object arguments, JobRun run)
        where THandler : class, IJobHandler<TArguments>
        where TArguments : class
    {
        await scope.GetRequiredService<THandler>().RunAsync((TArguments)arguments, run);
        return null;
    }

    private static async Task<object?> RunResulting<THandler, TArguments, TResult>(IServiceProvider scope, object arguments, JobRun run)
        where THandler : class, IJobHandler<TArguments, TResult>
        where TArguments : class => await scope.GetRequiredService<THandler>().RunAsync((TArguments)arguments, run);
}
