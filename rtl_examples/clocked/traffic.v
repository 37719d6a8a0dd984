// Traffic lights of a crossing: the side road gets green for a while when a car waits there.
module traffic (
    input clk,
    input reset,
    input car,
    output main_green,
    output side_green,
    output yellow
);
  localparam MAIN = 0, MAIN_ENDS = 1, SIDE = 2, SIDE_ENDS = 3;
  reg [1:0] phase = MAIN;
  reg [1:0] timer = 0;
  assign main_green = phase == MAIN;
  assign side_green = phase == SIDE;
  assign yellow = phase == MAIN_ENDS || phase == SIDE_ENDS;
  wire over = timer == 0;
  always @(posedge clk)
    if (reset) begin
      phase <= MAIN;
      timer <= 0;
    end else begin
      if (!over) timer <= timer - 1;
      case (phase)
        MAIN: if (car && over) phase <= MAIN_ENDS;
        MAIN_ENDS: begin
          phase <= SIDE;
          timer <= 2;
        end
        SIDE: if (over || !car) phase <= SIDE_ENDS;
        SIDE_ENDS: begin
          phase <= MAIN;
          timer <= 3;
        end
      endcase
    end

`ifdef FORMAL
  reg was_green = 0;  // whether the side road had green in the cycle before
  always @(posedge clk) was_green <= side_green;
  always @(posedge clk) begin
    safe: assert (!(main_green && side_green));
    warned: assert (!(was_green && main_green && !reset));
    turn: cover (side_green && over);
    if (!main_green) steady: assume (!reset);
  end
`endif
endmodule
