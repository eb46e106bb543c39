using Bus.Endpoints;
using Bus.Persistence;
using Bus.Settings;
using MassTransit;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Bus.Databases;

/// <summary>Registers the service's context on the chosen database, with the settings that were measured to be the best.</summary>
internal sealed class DatabaseRegistration(BusSettings settings)
{
    public void Add<TDbContext>(
        IBusRegistrationConfigurator registration, EndpointConventions conventions, Action<IServiceProvider, DbContextOptionsBuilder>? configure)
        where TDbContext : DbContext
    {
        registration.AddDbContextPool<TDbContext>((services, options) =>
        {
            UseProvider(options);
            configure?.Invoke(services, options);
        });
        registration.AddEntityFrameworkOutbox<TDbContext>(outbox => outbox.UseBusOutbox());
        conventions.EffectivelyOnce = (context, _, endpoint) => endpoint.UseEntityFrameworkOutbox<TDbContext>(context);
        conventions.PutOff = (context, endpoint, decide) => endpoint.UseRedelivery<TDbContext>(context, decide);

        // A saga with a repository of its own keeps it.
        registration.SetEntityFrameworkSagaRepositoryProvider(repository => repository.ExistingDbContext<TDbContext>());
    }

    private void UseProvider(DbContextOptionsBuilder options)
    {
        switch (settings.Options.Database)
        {
            case BusDatabase.PostgreSql:
                options.UseNpgsql(PostgreSql(Required()));
                break;
            case BusDatabase.SqlServer:
                options.UseSqlServer(Required());
                break;
            default:
                options.UseSqlite(Sqlite(settings));
                break;
        }
    }

    private string Required() => settings.BusConnectionString
        ?? throw new InvalidOperationException($"`ConnectionStrings:Bus` must be set for `Bus:Database` = {settings.Options.Database}, but was empty.");

    // What the service wrote itself stays; the rest is prepared statements, no reset round trip, and one command at a time on a connection.
    internal static string PostgreSql(string connectionString)
    {
        var own = new NpgsqlConnectionStringBuilder(connectionString);
        SetDefault(own, "Max Auto Prepare", 100);
        SetDefault(own, "Auto Prepare Min Usages", 2);
        SetDefault(own, "No Reset On Close", true);
        SetDefault(own, "Maximum Pool Size", 40);
        SetDefault(own, "Multiplexing", false);
        return own.ConnectionString;
    }

    internal static string Sqlite(BusSettings settings)
    {
        if (settings.BusConnectionString is not null)
        {
            return settings.BusConnectionString;
        }

        var folder = Directory.CreateDirectory(settings.Options.DataFolder);
        return new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder.FullName, "service.db") }.ConnectionString;
    }

    /// <summary>The file of the service's SQLite database; null for one in memory, and where the connection string names none or cannot be read.</summary>
    internal static string? SqliteFile(BusSettings settings)
    {
        if (settings.BusConnectionString is null)
            return Path.GetFullPath(Path.Combine(settings.Options.DataFolder, "service.db"));
        try
        {
            var own = new SqliteConnectionStringBuilder(settings.BusConnectionString);
            return own.Mode == SqliteOpenMode.Memory || own.DataSource is "" or ":memory:" || own.DataSource.StartsWith("file:", StringComparison.Ordinal) ? null : Path.GetFullPath(own.DataSource);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static void SetDefault(NpgsqlConnectionStringBuilder builder, string key, object value)
    {
        if (!builder.ShouldSerialize(key))
        {
            builder[key] = value;
        }
    }
}
