using Bus.Services.Orders.Stock;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit;

namespace Bus.UnitTests.Services.Orders;

public class When_stock_is_locked
{
    [Fact]
    public void Should_be_a_statement_that_sql_server_reads()
    {
        using var reader = new StringReader(StockRoom.SqlServer.Replace("{0}", "@p0", StringComparison.Ordinal));
        new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        Assert.Empty(errors);
    }
}
