using Bus.TestSupport;

namespace Bus.ContractTests.Orders;

public sealed class When_orders_are_placed_on_Sqlite : CheckoutContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_orders_are_placed_on_PostgreSql : CheckoutContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_the_gateway_misbehaves_on_Sqlite : GatewayContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_the_gateway_misbehaves_on_PostgreSql : GatewayContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_the_gateway_is_given_up_on_Sqlite : GivingUpContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_the_gateway_is_given_up_on_PostgreSql : GivingUpContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_orders_end_on_Sqlite : OutcomeContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_orders_end_on_PostgreSql : OutcomeContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}
