// Generators xorshift64 (Marsaglia 2003; shifts 13, 7, 17) in a memory: a pass steps each once and
// hands out its 64 bits. A first pass hands out the seeds themselves.
module DESIGN_pool #(
    parameter GROUPS = 2,
    parameter GROUP  = 1,              // bits of the number of a group
    parameter [GROUP-1:0] LAST = 1
) (
    input  wire             clk,
    input  wire             clear,
    input  wire             go,        // begin a pass
    input  wire             fresh,     // in this pass take the seeds
    input  wire             seed_write,
    input  wire [GROUP-1:0] seed_address,
    input  wire [63:0]      seed,
    output reg              write,     // bits of a group have come
    output reg  [GROUP-1:0] place,
    output wire [63:0]      bits,
    output reg              done       // no pass is under way
);
    reg [63:0] seeds  [0:GROUPS-1];
    reg [63:0] states [0:GROUPS-1];
    reg [63:0] from_seeds, from_states;
    reg [GROUP-1:0] group;
    reg active;

    wire [63:0] y = from_states;
    wire [63:0] a = y ^ {y[50:0], 13'd0};
    wire [63:0] b = a ^ {7'd0, a[63:7]};
    wire [63:0] c = b ^ {b[46:0], 17'd0};
    assign bits = fresh ? from_seeds : c;

    always @(posedge clk) begin
        if (seed_write) seeds[seed_address] <= seed;
        from_seeds  <= seeds[group];
        from_states <= states[group];
        if (write) states[place] <= bits;
        write <= active;
        place <= group;
        if (go) begin
            group  <= {GROUP{1'b0}};
            active <= 1'b1;
            done   <= 1'b0;
        end else if (active) begin
            group  <= group == LAST ? {GROUP{1'b0}} : group + 1;
            active <= group != LAST;
        end else if (write)
            done <= 1'b1;
        if (clear) begin
            active <= 1'b0;
            write  <= 1'b0;
            done   <= 1'b1;
        end
    end
endmodule
