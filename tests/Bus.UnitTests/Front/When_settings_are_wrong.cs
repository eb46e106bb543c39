using Bus.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_settings_are_wrong
{
    [Fact]
    public async Task Should_stop_the_start_and_list_every_error()
    {
        var errors = await ErrorsOf(
            ("Bus:Transport", "RabitMq"),
            ("Bus:Retry:MaxAttempts", "0"),
            ("Bus:PrefetchCount", "many"),
            ("Bus:ConcurentMessageLimit", "5"),
            ("Bus:Unheard", "5"));

        Assert.Collection(errors.Order(StringComparer.Ordinal),
            error => Assert.Equal("`Bus:ConcurentMessageLimit` is not a setting of Bus. Did you mean `Bus:ConcurrentMessageLimit`?", error),
            error => Assert.Equal("`Bus:PrefetchCount` must be a whole number, but was many.", error),
            error => Assert.Equal("`Bus:Retry:MaxAttempts` must be between 1 and 1000, but was 0.", error),
            error => Assert.Equal("`Bus:Transport` must be Sqlite, InMemory or RabbitMq, but was RabitMq.", error),
            error => Assert.StartsWith("`Bus:Unheard` is not a setting of Bus. If it is yours, name it in", error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_name_the_missing_address_of_the_broker()
    {
        var error = Assert.Single(await ErrorsOf(("Bus:Transport", "RabbitMq")));

        Assert.Contains("`ConnectionStrings:RabbitMq` must be set", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_not_repeat_a_password()
    {
        var error = Assert.Single(await ErrorsOf(("Bus:Transport", "RabbitMq"), ("ConnectionStrings:RabbitMq", "http://me:secret@host/")));

        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_refuse_retries_that_would_wait_five_seconds_or_more()
    {
        var error = Assert.Single(await ErrorsOf(("Bus:Retry:Strategy", "Fixed"), ("Bus:Retry:FirstDelay", "00:00:01"), ("Bus:Retry:MaxAttempts", "6")));

        Assert.Equal("`Bus:Retry` must keep all waits of a message together under 5 s, but they may last 5 s. Lower `Bus:Retry:MaxAttempts` or `Bus:Retry:MaxDelay`.", error);
    }

    [Fact]
    public async Task Should_refuse_delays_of_redeliveries_that_are_no_delays()
    {
        var errors = await ErrorsOf(
            ("Bus:Retry:Redelivery:0", "00:00:10"),
            ("Bus:Retry:Redelivery:1", "-00:00:01"),
            ("Bus:Retry:Redelivery:2", "30.00:00:01"),
            ("Bus:Retry:RedeliveryJitterPercent", "101"));

        Assert.Collection(errors.Order(StringComparer.Ordinal),
            error => Assert.Equal("`Bus:Retry:Redelivery:1` must be above zero and at most 30.00:00:00, but was -00:00:01.", error),
            error => Assert.Equal("`Bus:Retry:Redelivery:2` must be above zero and at most 30.00:00:00, but was 30.00:00:01.", error),
            error => Assert.Equal("`Bus:Retry:RedeliveryJitterPercent` must be between 0 and 100, but was 101.", error));
    }

    [Fact]
    public async Task Should_refuse_delays_of_redeliveries_that_cannot_be_read_and_too_many_of_them()
    {
        var many = Enumerable.Range(0, 101).Select(index => ($"Bus:Retry:Redelivery:{index}", (string?)"00:00:01"));
        Assert.Equal("`Bus:Retry:Redelivery` must have at most 100 delays, but had 101.", Assert.Single(await ErrorsOf([.. many])));
        Assert.Equal("`Bus:Retry:Redelivery:0` must be a time such as 00:00:30, as one of a list, but was soon.", Assert.Single(await ErrorsOf(("Bus:Retry:Redelivery:0", "soon"))));
        Assert.StartsWith("`Bus:Retry:Redelivery` must be a list of times", Assert.Single(await ErrorsOf(("Bus:Retry:Redelivery", "00:00:10"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_refuse_a_rule_for_a_type_that_is_no_exception()
    {
        var error = Assert.Single(await ErrorsOf(("Bus:Retry:Exceptions:System.String:MaxAttempts", "2")));

        Assert.StartsWith("`Bus:Retry:Exceptions:System.String` must be the full name of an exception type", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_accept_settings_that_the_service_named()
    {
        await using var host = await BusHost.StartAsync(bus => bus.RecognizeSettings("Shop"), ("Bus:Shop:Currency", "EUR"));
    }

    [Theory]
    [InlineData("needs `Bus:Transport` = Sqlite, but it was InMemory", "Bus:Transport", "InMemory")]
    [InlineData("needs `Bus:Database` = Sqlite, but it was PostgreSql", "Bus:Database", "PostgreSql", "ConnectionStrings:Bus", "Host=nowhere")]
    [InlineData("needs a database in a file", "ConnectionStrings:Bus", "Data Source=:memory:")]
    [InlineData("`Bus:Sqlite:File` must not be set together with `Bus:Sqlite:OneFile`", "Bus:Sqlite:File", "other.db")]
    public async Task Should_say_why_queues_and_service_cannot_have_one_file(string expected, params string[] settings)
    {
        var pairs = settings.Chunk(2).Select(pair => (pair[0], (string?)pair[1])).Append(("Bus:Transport", "Sqlite")).DistinctBy(pair => pair.Item1);
        var error = Assert.Single(await ErrorsOf(bus => bus.UseDatabase<UnusedDb>(), [("Bus:Sqlite:OneFile", "true"), .. pairs]));

        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_say_that_one_file_needs_a_database() =>
        Assert.Contains("call `UseDatabase`", Assert.Single(await ErrorsOf(_ => { }, ("Bus:Transport", "Sqlite"), ("Bus:Sqlite:OneFile", "true"))), StringComparison.Ordinal);

    [Fact]
    public async Task Should_not_put_the_queues_into_the_database_unasked()
    {
        var error = Assert.Single(await ErrorsOf(bus => bus.UseDatabase<UnusedDb>(), ("Bus:Transport", "Sqlite"), ("Bus:Sqlite:File", "service.db")));

        Assert.Contains("Set `Bus:Sqlite:OneFile` = true", error, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<string>> ErrorsOf(params (string, string?)[] settings) => ErrorsOf(_ => { }, settings);

    private static async Task<IReadOnlyList<string>> ErrorsOf(Action<BusBuilder> configure, params (string, string?)[] settings)
    {
        await using var host = BusHost.Build(configure, settings);
        var error = await Assert.ThrowsAsync<OptionsValidationException>(host.StartAsync);
        return [.. error.Failures];
    }

    private sealed class UnusedDb(DbContextOptions<UnusedDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddTransactionalOutboxEntities();
    }
}
