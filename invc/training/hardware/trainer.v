// Trains and runs one layer of binary neurons and its output code, by the rule of `stream` with
// batches of one sample. A sample takes H + 2 cycles, and H more where it teaches something.
//
// Accumulators are bytes: a weight is +1 where its accumulator is not negative. They are written
// and read a row at a time while `ready` is 1. A sample is taken where `valid` and `ready` are 1;
// `done` is 1 for the cycle after its last one, `said` then being its class before it taught.
module invc_trainer #(
    parameter N = 4,
    parameter H = 4,
    parameter C = 2,
    parameter BOTH = 0,
    parameter signed [31:0] THRESHOLD = 0,
    parameter signed [31:0] PULL = 1,
    parameter signed [31:0] MARGIN = 1,
    parameter signed [31:0] LIMIT = 128,
    parameter [C*H-1:0] CODE = 0
) (
    input                      clk,
    input                      reset,
    input                      valid,
    output                     ready,
    input      [N-1:0]         x,
    input      [$clog2(C)-1:0] label,
    input                      learn,   // 0: only say the class
    input      [3:0]           shift,   // the step is 1 << shift
    output reg                 done,
    output reg [$clog2(C)-1:0] said,
    input                      write,
    input      [15:0]          row,
    input      [8*N-1:0]       load,
    output     [8*N-1:0]       stored
);
    localparam IDLE = 2'd0, SETTLE = 2'd1, DECIDE = 2'd2, LEARN = 2'd3;
    reg [1:0] state;
    reg [15:0] j;
    reg [8*N-1:0] accumulators [0:H-1];
    reg signed [31:0] fields [0:H-1];
    reg signed [31:0] outputs [0:C-1];
    reg [N-1:0] sample;
    reg [$clog2(C)-1:0] own, rival;
    reg teach;
    reg signed [31:0] step;

    assign ready = state == IDLE;
    assign stored = accumulators[row];
    wire [8*N-1:0] here = accumulators[j];

    // What the row's neuron sums to.
    integer i, c;
    reg signed [31:0] sum;
    always @* begin
        sum = -THRESHOLD;
        for (i = 0; i < N; i = i + 1)
            if (BOTH != 0 || sample[i])
                sum = sum + ((BOTH != 0 && !sample[i]) == here[8*i+7] ? 32'sd1 : -32'sd1);
    end
    wire on = sum >= 0;

    // The class of the largest output, and the strongest rival of the label: the lowest of equals.
    reg [$clog2(C)-1:0] best, other;
    reg signed [31:0] most, rivals;
    reg found;
    always @* begin
        best = 0;
        most = outputs[0];
        other = 0;
        rivals = 0;
        found = 0;
        for (c = 0; c < C; c = c + 1) begin
            if (outputs[c] > most) begin
                most = outputs[c];
                best = c;
            end
            if (c != own && (!found || outputs[c] > rivals)) begin
                rivals = outputs[c];
                other = c;
                found = 1;
            end
        end
    end
    wire teaches = teach && outputs[own] - rivals < MARGIN;

    // The row once its weights have taken a step, where its neuron differs between the two phases.
    wire up = CODE[own*H+j];
    wire differs = up != CODE[rival*H+j] && fields[j] >= -PULL && fields[j] < PULL;
    reg [8*N-1:0] next;
    reg signed [31:0] value;
    integer k;
    always @* begin
        next = here;
        value = 0;
        for (k = 0; k < N; k = k + 1)
            if (BOTH != 0 || sample[k]) begin
                value = $signed(here[8*k +: 8]) + (up == (BOTH == 0 || sample[k]) ? step : -step);
                if (value < -LIMIT) value = -LIMIT;
                if (value > LIMIT - 1) value = LIMIT - 1;
                next[8*k +: 8] = value[7:0];
            end
    end

    integer n;
    always @(posedge clk) begin
        done <= 0;
        if (reset) begin
            state <= IDLE;
            j <= 0;
        end else
            case (state)
                IDLE: begin
                    j <= 0;
                    if (write) accumulators[row] <= load;
                    if (valid) begin
                        sample <= x;
                        own <= label;
                        teach <= learn;
                        step <= 32'sd1 <<< shift;
                        for (n = 0; n < C; n = n + 1) outputs[n] <= 0;
                        state <= SETTLE;
                    end
                end
                SETTLE: begin
                    fields[j] <= sum;
                    for (n = 0; n < C; n = n + 1)
                        outputs[n] <= outputs[n] + (CODE[n*H+j] == on ? 32'sd1 : -32'sd1);
                    j <= j == H - 1 ? 0 : j + 1;
                    if (j == H - 1) state <= DECIDE;
                end
                DECIDE: begin
                    said <= best;
                    rival <= other;
                    done <= !teaches;
                    state <= teaches ? LEARN : IDLE;
                end
                LEARN: begin
                    if (differs) accumulators[j] <= next;
                    j <= j + 1;
                    if (j == H - 1) begin
                        done <= 1;
                        state <= IDLE;
                    end
                end
            endcase
    end
endmodule
