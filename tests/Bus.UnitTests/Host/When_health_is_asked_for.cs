using System.Text.Json;
using Bus.Host.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Bus.UnitTests.Host;

public sealed class When_health_is_asked_for
{
    [Theory]
    [InlineData(HealthStatus.Healthy)]
    [InlineData(HealthStatus.Degraded)]
    [InlineData(HealthStatus.Unhealthy)]
    public async Task Should_name_each_dependency_and_how_it_is(HealthStatus broker)
    {
        var report = new HealthReport(
            new Dictionary<string, HealthReportEntry>
            {
                ["database"] = new(HealthStatus.Healthy, "The database answers.", TimeSpan.Zero, null, null),
                ["masstransit-bus"] = new(broker, "as it is", TimeSpan.Zero, new InvalidOperationException("password=secret"), null),
            },
            TimeSpan.Zero);

        var text = await WriteAsync(report);

        using var json = JsonDocument.Parse(text);
        Assert.Equal(broker.ToString(), json.RootElement.GetProperty("status").GetString());
        Assert.Equal(
            [("database", "Healthy", "The database answers."), ("masstransit-bus", broker.ToString(), "as it is")],
            json.RootElement.GetProperty("checks").EnumerateArray()
                .Select(check => (check.GetProperty("name").GetString(), check.GetProperty("status").GetString(), check.GetProperty("description").GetString())));
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_be_unhealthy_without_its_database_and_not_say_where_that_is()
    {
        // Nobody registered a context: for the check as good as a database that is away.
        await using var services = new ServiceCollection().BuildServiceProvider();
        var check = new DatabaseHealthCheck(services.GetRequiredService<IServiceScopeFactory>(), new FakeTimeProvider());

        var result = await check.CheckHealthAsync(new HealthCheckContext());

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Equal("The database does not answer: InvalidOperationException.", result.Description);
    }

    private static async Task<string> WriteAsync(HealthReport report)
    {
        await using var services = new ServiceCollection().AddLogging().AddOptions().BuildServiceProvider();
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = services, Response = { Body = body } };
        await HealthReply.WriteAsync(http, report);
        return System.Text.Encoding.UTF8.GetString(body.ToArray());
    }
}
