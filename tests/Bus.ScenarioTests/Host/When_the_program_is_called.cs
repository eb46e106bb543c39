using System.Net;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Host;

/// <summary>The executable as a process of its own, as a person or an orchestrator calls it.</summary>
public sealed class When_the_program_is_called : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Should_explain_itself()
    {
        await using var program = Start("--help");

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.All(["demo", "serve", "migrate", "--Bus:Transport"], word => Assert.Contains(program.Lines, x => x.Contains(word, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("serve --nonsense", "--nonsense")]
    [InlineData("cook", "cook")]
    [InlineData("serve --Buss:Transport=RabbitMq", "--Buss:Transport=RabbitMq")]
    [InlineData("", "command")]
    public async Task Should_refuse_what_it_does_not_understand(string arguments, string named)
    {
        await using var program = Start(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, await program.WaitForExitAsync());
        Assert.Contains(program.Lines, x => x.Contains(named, StringComparison.Ordinal));
        Assert.DoesNotContain(program.Lines, x => x.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_list_all_wrong_settings_and_not_start()
    {
        await using var program = Start(
            "serve", "--Bus:Roles=cook", "--Bus:Transport=Pigeon", "--Bus:Images:MaxWidth=wide", "--Bus:PrefetchCount=0", "--Bus:Trnsport=RabbitMq", "--urls=http://0.0.0.0:0");

        Assert.Equal(2, await program.WaitForExitAsync());
        Assert.All(
            ["`Bus:Roles`", "`Bus:Transport`", "`Bus:Images:MaxWidth`", "`Bus:PrefetchCount`", "`Bus:Trnsport`", "`Bus:Api:Token`"],
            setting => Assert.True(program.Lines.Any(x => x.StartsWith(setting, StringComparison.Ordinal)), string.Join('\n', program.Lines)));
    }

    [Fact]
    public async Task Should_say_what_it_migrated_once()
    {
        await using var first = Start("migrate");
        Assert.Equal(0, await first.WaitForExitAsync());
        Assert.Contains("Applied 0001_initial.sql.", first.Lines);

        await using var second = Start("migrate");
        Assert.Equal(0, await second.WaitForExitAsync());
        Assert.Contains("The schema is up to date.", second.Lines);
    }

    [Fact]
    public async Task Should_not_start_on_a_schema_that_it_may_not_bring_up()
    {
        await using var program = Start("serve", "--Bus:Migrate=Manual", "--urls=http://127.0.0.1:0");

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.Contains(program.Lines, x => x.Contains("Run the command `migrate` first", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_say_what_the_driver_of_SqlServer_needs()
    {
        await using var program = Start("migrate", "--Bus:Database=SqlServer", "--ConnectionStrings:Bus=Server=127.0.0.1,1;Connect Timeout=1");

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.Contains(program.Lines, x => x.Contains("-p:InvariantGlobalization=false", StringComparison.Ordinal));
        Assert.DoesNotContain(program.Lines, x => x.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_migrate_once_when_two_start_together()
    {
        await using var one = Start("serve", "--urls=http://127.0.0.1:0");
        await using var other = Start("serve", "--urls=http://127.0.0.1:0");

        await Task.WhenAll(one.WaitForLineAsync("Application started"), other.WaitForLineAsync("Application started"));
        Assert.Single(one.Lines.Concat(other.Lines), x => x.Contains("Applied the schema script", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_ask_for_the_token_beyond_loopback_and_end_well_when_stopped()
    {
        await using var program = Start("serve", "--urls=http://0.0.0.0:0", $"--Bus:Api:Token={Token}");
        var line = await program.WaitForLineAsync("Now listening on: ");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]).Port}") };
        var image = new Uri($"/api/images/{Guid.NewGuid():D}", UriKind.Relative);

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(http, image, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(http, image, Token[..^1] + "0"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(http, image, Token));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(http, new Uri("/health/live", UriKind.Relative), null));
        Assert.DoesNotContain(program.Lines, x => x.Contains(Token, StringComparison.Ordinal));

        await program.TerminateAsync();
        Assert.Equal(0, await program.WaitForExitAsync());
    }

    [Fact]
    public async Task Should_show_the_pipeline_and_end_well_only_if_all_came_out_right()
    {
        await using var program = Start("demo");

        Assert.Equal(0, await program.WaitForExitAsync(TimeSpan.FromMinutes(3)));
        Assert.Contains(program.Lines, x => x.Contains("12 of 12 photos are ready and right", StringComparison.Ordinal));
        var results = program.Lines.Single(x => x.StartsWith("The results are in ", StringComparison.Ordinal))["The results are in ".Length..];
        Assert.StartsWith(_folder.FullPath, results, StringComparison.Ordinal);
        Assert.Equal(12, Directory.GetFiles(results).Count(x => Path.GetExtension(x) is not (".csv" or ".pdf")));
        // One order goes well, and its invoice is there; one is paid for and undone.
        var invoice = Assert.Single(Directory.GetFiles(results, "*.pdf"));
        var content = await File.ReadAllBytesAsync(invoice, TestContext.Current.CancellationToken);
        Assert.Equal("%PDF"u8, content.AsSpan(0, 4));
        Assert.Contains(program.Lines, x => x.Contains(": completed (placed, charged", StringComparison.Ordinal));
        Assert.Contains(program.Lines, x => x.Contains(": undone (placed, charged", StringComparison.Ordinal) && x.EndsWith("refunded, stock-released, undone)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_show_a_report_and_a_job_that_dies_until_its_cause_is_mended()
    {
        await using var program = Start("demo");

        Assert.True(await program.WaitForExitAsync(TimeSpan.FromMinutes(3)) == 0, string.Join('\n', program.Lines));
        var told = program.Lines.SkipWhile(x => !x.StartsWith("A report of the photos", StringComparison.Ordinal)).Select(x => x.Trim()).ToList();
        Assert.Contains("report: ready, 100 %, 12 of 12 images", told);
        var report = await File.ReadAllLinesAsync(PathIn(told, "The report has 13 lines: "), TestContext.Current.CancellationToken);
        Assert.StartsWith("id,file_name,uploaded_at,", report[0], StringComparison.Ordinal);
        Assert.All(report[1..], line => Assert.Contains(",ready,image/", line, StringComparison.Ordinal));

        string[] inOrder = ["delivery: Dead, failed attempts: 3", "The folder is made, and the job is run again.", "delivery: Succeeded"];
        Assert.Equal(inOrder, told.Where(inOrder.Contains));
        Assert.Equal(report, await File.ReadAllLinesAsync(PathIn(told, "The report is delivered: "), TestContext.Current.CancellationToken));
    }

    public void Dispose() => _folder.Dispose();

    private static string PathIn(IEnumerable<string> lines, string prefix) => lines.Single(x => x.StartsWith(prefix, StringComparison.Ordinal))[prefix.Length..];

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, Uri address, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    private ChildProcess Start(params string[] arguments) => ChildProcess.StartDotnet(
        Path.Combine(AppContext.BaseDirectory, "Bus.Host.dll"), arguments, new Dictionary<string, string>(StringComparer.Ordinal) { ["Bus__DataFolder"] = _folder["data"] });
}
