using Bus.TestSupport;

namespace Bus.ContractTests.Pulses;

public sealed class When_a_process_is_at_rest_on_sqlite : PulseContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_a_process_is_at_rest_on_postgres : PulseContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_a_process_is_at_rest_in_one_file : PulseContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.OneFileAsync();
}
