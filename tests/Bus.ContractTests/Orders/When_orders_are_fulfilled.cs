using Bus.TestSupport;

namespace Bus.ContractTests.Orders;

public sealed class When_labels_are_made_on_Sqlite : LabelContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_labels_are_made_on_PostgreSql : LabelContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_invoices_are_made_on_Sqlite : InvoiceContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_invoices_are_made_on_PostgreSql : InvoiceContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_the_warehouse_is_told_on_Sqlite : WarehouseContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_the_warehouse_is_told_on_PostgreSql : WarehouseContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}

public sealed class When_orders_are_counted_on_Sqlite : StatisticsContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();
}

public sealed class When_orders_are_counted_on_PostgreSql : StatisticsContract
{
    protected override Task<TestDatabase> CreateAsync() => TestDatabase.PostgresAsync();
}
