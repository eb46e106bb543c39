using System.Net;
using Bus.Contracts.Orders;
using Bus.Services.Orders.Fulfilment.Invoices;
using Bus.Services.Orders.Journal;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Orders;

/// <summary>Numbers have no gaps and no twins, and every number that should not have been given has a credit note.</summary>
public abstract class InvoiceContract : FulfilmentTests
{
    [Fact]
    public async Task Should_make_one_invoice_however_often_it_is_asked()
    {
        var (id, _) = await Service.PlaceAsync();

        await Service.AskAsync<InvoiceMade>(id, new MakeInvoice(id));
        var first = await Service.DownloadAsync(id, "invoice");
        var made = await Service.AskAsync<InvoiceMade>(id, new MakeInvoice(id), answers: 2);

        Assert.Equal("INV-00000001", Assert.Single(made.Distinct()).Number);
        Assert.Equal("INV-00000001", (await Service.ReadAsync(id)).InvoiceNumber);
        Assert.Equal(first, await Service.DownloadAsync(id, "invoice"));
    }

    [Fact]
    public async Task Should_write_the_document_again_where_the_file_is_gone()
    {
        var (id, _) = await Service.PlaceAsync();
        await Service.AskAsync<InvoiceMade>(id, new MakeInvoice(id));
        File.Delete(Assert.Single(Directory.GetFiles(Folder["invoices"])));

        var again = await Service.DownloadAsync(id, "invoice");
        Assert.True(again.AsSpan().StartsWith("%PDF-"u8));
        Assert.Equal(again, await Service.DownloadAsync(id, "invoice"));
        Assert.Single(Directory.GetFiles(Folder["invoices"]));
    }

    [Fact]
    public async Task Should_leave_the_document_as_it_is_that_was_first()
    {
        await using var second = await StartAsync();
        var (id, order) = await Service.PlaceAsync();
        InvoiceDesk[] desks = [.. new[] { Service, second }.Select(service => service.Services.GetRequiredService<InvoiceDesk>())];
        var row = await desks[0].GiveAsync(id, InvoiceKind.Invoice, TestContext.Current.CancellationToken);

        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => desks[number % 2].WriteAsync(row, null, order, TestContext.Current.CancellationToken))));

        Assert.All(written, document => Assert.Equal(written[0], document));
        Assert.Equal(written[0], await Service.DownloadAsync(id, "invoice"));
        Assert.Empty(Directory.GetFiles(Folder["invoices"], "*.tmp"));
    }

    [Fact]
    public async Task Should_give_numbers_without_gaps_to_orders_of_several_processes()
    {
        const int Orders = 100;
        await using var second = await StartAsync();
        var orders = await Task.WhenAll(Enumerable.Range(0, Orders).Select(_ => Service.PlaceAsync()));

        // Each in both: whoever is second finds the number of the first.
        await Task.WhenAll(orders.Select(order => Task.WhenAll(Service.PublishAsync(new MakeInvoice(order.Id)), second.PublishAsync(new MakeInvoice(order.Id)))));

        var made = new List<InvoiceMade>();
        foreach (var (id, _) in orders)
        {
            var answers = (await Service.HearAsync<InvoiceMade>(id)).Concat(await second.HearAsync<InvoiceMade>(id));
            made.Add(Assert.Single(answers.Distinct()));
        }

        Assert.Equal(Enumerable.Range(1, Orders).Select(number => InvoiceKind.Invoice.Number(number)), made.Select(invoice => invoice.Number).Order(StringComparer.Ordinal));
        Assert.Equal(Orders, Directory.GetFiles(Folder["invoices"], "*.pdf").Length);
        Assert.Empty(Directory.GetFiles(Folder["invoices"], "*.tmp"));
    }

    [Fact]
    public async Task Should_credit_an_invoice_once()
    {
        var (id, _) = await Service.PlaceAsync();
        await Service.AskAsync<InvoiceMade>(id, new MakeInvoice(id));

        await Service.AskAsync<InvoiceCredited>(id, new CreditInvoice(id));
        var note = await Service.DownloadAsync(id, "credit-note");
        await Service.AskAsync<InvoiceCredited>(id, new CreditInvoice(id), answers: 2);

        Assert.Equal(note, await Service.DownloadAsync(id, "credit-note"));
        Assert.Equal("CN-00000001", (await Service.ReadAsync(id)).Find<OrderFact.InvoiceCredited>()!.Number);
        Assert.Equal(2, await Service.QueryAsync(db => db.Set<InvoiceRow>().CountAsync()));
    }

    [Fact]
    public async Task Should_make_no_invoice_after_the_undoing()
    {
        var (id, _) = await Service.PlaceAsync();

        await Service.AskAsync<InvoiceCredited>(id, new CreditInvoice(id));
        var refused = await Service.AskAsync<OrderStepRefused>(id, new MakeInvoice(id));

        Assert.Equal(OrderSteps.Invoice, Assert.Single(refused).Step);
        Assert.Null((await Service.ReadAsync(id)).InvoiceNumber);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(id, "invoice"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(id, "credit-note"));
        // Nor was a number spent on it.
        var (next, _) = await Service.PlaceAsync();
        Assert.Equal("INV-00000001", Assert.Single(await Service.AskAsync<InvoiceMade>(next, new MakeInvoice(next))).Number);
    }

    [Fact]
    public async Task Should_answer_the_same_where_the_command_comes_again_after_the_undoing()
    {
        var (id, _) = await Service.PlaceAsync();
        await Service.AskAsync<InvoiceMade>(id, new MakeInvoice(id));
        await Service.AskAsync<InvoiceCredited>(id, new CreditInvoice(id));

        var made = await Service.AskAsync<InvoiceMade>(id, new MakeInvoice(id), answers: 2);

        Assert.Single(made.Distinct());
        Assert.Equal(2, await Service.QueryAsync(db => db.Set<InvoiceRow>().CountAsync()));
    }

    [Fact]
    public async Task Should_credit_a_number_that_was_given_and_never_told_of()
    {
        // As a process leaves it that dies between the number and its commit.
        var (id, _) = await Service.PlaceAsync();
        await Service.QueryAsync(async db =>
        {
            db.Add(new InvoiceRow { OrderId = id, Kind = InvoiceKind.Invoice, Number = 1, At = DateTimeOffset.UnixEpoch });
            db.Add(new InvoiceSeriesRow { Kind = InvoiceKind.Invoice, Last = 1 });
            return await db.SaveChangesAsync();
        });

        await Service.AskAsync<InvoiceCredited>(id, new CreditInvoice(id));

        Assert.Equal("CN-00000001", (await Service.ReadAsync(id)).Find<OrderFact.InvoiceCredited>()!.Number);
        Assert.NotEmpty(await Service.DownloadAsync(id, "invoice"));
        Assert.NotEmpty(await Service.DownloadAsync(id, "credit-note"));
    }

    [Fact]
    public async Task Should_leave_nothing_uncredited_where_both_come_at_once()
    {
        const int Orders = 40;
        var orders = await Task.WhenAll(Enumerable.Range(0, Orders).Select(_ => Service.PlaceAsync()));

        await Task.WhenAll(orders.Select(async placed =>
        {
            await Task.WhenAll(Service.PublishAsync(new MakeInvoice(placed.Id)), Service.PublishAsync(new CreditInvoice(placed.Id)));
            await Service.HearAsync<InvoiceCredited>(placed.Id);
            await Eventually.AssertAsync(() => Service.Answers.Of<InvoiceMade>(placed.Id).Count + Service.Answers.Of<OrderStepRefused>(placed.Id).Count == 1);
        }));

        var rows = await Service.QueryAsync(db => db.Set<InvoiceRow>().AsNoTracking().ToListAsync());
        foreach (var order in rows.GroupBy(row => row.OrderId))
            Assert.Equal(order.Count(row => row.Kind == InvoiceKind.Invoice && row.Number is not null), order.Count(row => row.Kind == InvoiceKind.CreditNote));
        foreach (var kind in rows.Where(row => row.Number is not null).GroupBy(row => row.Kind))
            Assert.Equal(Enumerable.Range(1, kind.Count()).Select(number => (long?)number), kind.Select(row => row.Number).Order());
    }

    private async Task<HttpStatusCode> StatusAsync(Guid id, string what)
    {
        using var answer = await Service.Http.GetAsync(new Uri($"/api/orders/{id:D}/{what}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return answer.StatusCode;
    }
}
