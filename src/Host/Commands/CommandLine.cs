using System.CommandLine;
using System.Data.Common;
using Bus.Host.Demo;
using Bus.Host.Schema;
using Bus.Host.Startup;
using MassTransit;
using Microsoft.AspNetCore.Connections;

namespace Bus.Host.Commands;

/// <summary>The commands of the executable, and what its exit codes mean.</summary>
internal static class CommandLine
{
    /// <summary>All is right.</summary>
    public const int Success = 0;

    /// <summary>It was tried and it failed.</summary>
    public const int Failure = 1;

    /// <summary>It was not tried: the arguments or the settings are wrong.</summary>
    public const int Misuse = 2;

    private const string Description = """
        Bus: messages, sagas and jobs, with an image pipeline to look at.

        Settings come from appsettings.json, the environment (Bus__Transport) and arguments, the later over the earlier:
          --Bus:Transport=Sqlite|RabbitMq|InMemory   --ConnectionStrings:RabbitMq=amqp://user:password@host/vhost
          --Bus:Database=Sqlite|PostgreSql|SqlServer --ConnectionStrings:Bus=...
          --Bus:DataFolder=./data                    --Bus:Roles=api,worker
          --Bus:Migrate=AtStart|Manual               --Bus:Api:Token=... (needed beyond loopback)
          --urls http://127.0.0.1:5080
        """;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var split = SettingArguments.Split(arguments);
        if (split.WithoutValue.Length > 0)
        {
            await ComplainAsync(split.WithoutValue.Select(setting => $"The setting {setting} needs a value: {setting}=VALUE"));
            return Misuse;
        }

        var root = new RootCommand(Description)
        {
            Command("demo", "Send sample photos through the pipeline, report on them, let a job fail and mend it; look whether all comes out right.", (_, stop) => DemoCommand.RunAsync(split.Settings, stop)),
            Command("serve", "Run the roles of Bus:Roles until stopped.", (_, stop) => ServeCommand.RunAsync(split.Settings, stop)),
            Command("health", "Ask the process that runs with these settings whether it is ready.", (_, stop) => HealthCommand.RunAsync(split.Settings, stop)),
            Command("migrate", "Bring the database's schema up, and say what was applied.", (_, stop) => MigrateCommand.RunAsync(split.Settings, stop)),
        };
        var parsed = root.Parse(split.Rest);
        if (parsed.Errors.Count > 0)
        {
            await ComplainAsync(parsed.Errors.Select(x => x.Message));
            return Misuse;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static Command Command(string name, string description, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        command.SetAction((parsed, stop) => GuardAsync(() => run(parsed, stop)));
        return command;
    }

    private static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (SettingsException wrong)
        {
            await ComplainAsync(wrong.Errors.Prepend("The settings are wrong:"));
            return Misuse;
        }
        catch (SchemaException wrong)
        {
            await ComplainAsync([wrong.Message]);
            return Failure;
        }
        catch (DbException unreachable)
        {
            await ComplainAsync([$"The database does not answer: {unreachable.Message} Check `Bus:Database` and `ConnectionStrings:Bus`."]);
            return Failure;
        }
        catch (NotSupportedException cultures) when (cultures.Source == "Microsoft.Data.SqlClient")
        {
            await ComplainAsync([$"The driver of SQL Server cannot work: {cultures.Message} Publish the program with -p:InvariantGlobalization=false, on a machine with ICU."]);
            return Failure;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped before it was done.");
            return Failure;
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            await ComplainAsync([$"The host cannot listen: {taken.Message} Choose another address with --urls, or stop the process that has this one."]);
            return Failure;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            await ComplainAsync([$"A file or folder cannot be used: {unusable.Message} Check `Bus:DataFolder` and `Bus:Sqlite:File`."]);
            return Failure;
        }
        catch (ConnectionException unusable)
        {
            // What may pass by itself is tried again behind a process that runs; this will not.
            await ComplainAsync([$"The bus cannot start: {unusable.Message}"]);
            return Failure;
        }
    }

    private static async Task ComplainAsync(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            await Console.Error.WriteLineAsync(line);
        }

        await Console.Error.WriteLineAsync("See --help.");
    }
}
