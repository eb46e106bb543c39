using System.Reflection;
using Bus.Core.Recoverability;
using Bus.Jobs.Handling;
using Bus.Jobs.Store;
using Bus.Persistence.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Bus.Jobs;

/// <summary>Says which jobs a service runs. Used by one thread during start-up.</summary>
public sealed class JobsBuilder
{
    private static readonly MethodInfo Plain = typeof(JobsBuilder).GetMethod(nameof(RunPlain), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo Resulting = typeof(JobsBuilder).GetMethod(nameof(RunResulting), BindingFlags.NonPublic | BindingFlags.Static)!;

    private readonly IServiceCollection _services;
    private readonly JobCatalog _catalog;

    internal JobsBuilder(IServiceCollection services, JobCatalog catalog, JobsOptions options) => (_services, _catalog, Options) = (services, catalog, options);

    /// <summary>How this process runs jobs.</summary>
    public JobsOptions Options { get; }

    /// <summary>Lets this process run the jobs of a handler.</summary>
    /// <param name="configure">What is said about all of them; null for the defaults.</param>
    /// <exception cref="JobException">It is no handler, or another one has the same arguments or name.</exception>
    public JobsBuilder Handle<THandler>(Action<JobTypeOptions>? configure = null)
        where THandler : class
    {
        var contracts = typeof(THandler).GetInterfaces().Where(type => type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IJobHandler<>) || type.GetGenericTypeDefinition() == typeof(IJobHandler<,>))).ToList();
        if (contracts.Count == 0)
            throw new JobException($"`{typeof(THandler).Name}` handles no jobs: let it implement `IJobHandler<TArguments>` or `IJobHandler<TArguments, TResult>`.");
        _services.TryAddScoped<THandler>();
        foreach (var contract in contracts)
        {
            var options = new JobTypeOptions();
            configure?.Invoke(options);
            if (options.Concurrency is < 1)
                throw new JobException($"`Concurrency` of `{typeof(THandler).Name}` must be at least 1, but is {options.Concurrency}. To let none run, pause the type.");
            if (options.Rate is { IsValid: false })
                throw new JobException($"`Rate` of `{typeof(THandler).Name}` cannot be {options.Rate}: at least one in at most an hour, not more than one a microsecond, and a burst of at least 1.");
            JobMaker.RequireQueue(options.Queue);
            _catalog.Add(MakeType(typeof(THandler), contract.GetGenericArguments(), options));
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
        return new JobType(
            options.Name ?? JobCatalog.NameOf(types[0]), types[0], options.Queue,
            // However long its attempts are apart: their number ends them.
            new RecoverabilityPolicy(options.Errors, options.Retry, TimeSpan.MaxValue, TimeSpan.FromDays(1)),
            options.Timeout,
            options.Retry.MaxDelay,
            options.Concurrency,
            options.Rate,
            options.Resilience,
            method.CreateDelegate<Func<IServiceProvider, object, JobRun, Task<object?>>>());
    }

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
